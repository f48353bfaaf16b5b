import { CONTENT_LENGTH } from './headers.ts';
import { type Rejection, reject } from './rejection.ts';

/** reg-name, IPv4 or IP-literal, with a port; RFC 9110 section 7.2 and RFC 3986 section 3.2. */
const HOST = /^(?:[A-Za-z0-9\-._~%!$&'()*+,;=]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?$/;

/** What the head says about where the message goes and where it ends. */
export interface FramingFacts {
  hosts: number;
  host: string;
  contentLengths: number;
  contentLength: string;
  transferEncodings: number;
  transferEncoding: string;
}

/**
 * The checks beyond node's strict parser that make the proxy and running agree on where a request ends
 * (RFC 9112 sections 3.2, 6.1 and 6.3). Null when the framing is sound.
 */
export function framingProblem(facts: FramingFacts, httpMinor: number): Rejection | null {
  if (facts.hosts !== 1) {
    if (facts.hosts > 1) return reject(400, 'more than one Host');
    if (httpMinor !== 0) return reject(400, 'no Host');
  } else if (!HOST.test(facts.host)) return reject(400, 'Host is not a host');
  if (facts.contentLengths > 1) return reject(400, 'more than one Content-Length');
  if (facts.contentLengths === 1 && !CONTENT_LENGTH.test(facts.contentLength)) {
    return reject(400, 'Content-Length is not a number');
  }
  if (facts.transferEncodings === 0) return null;
  if (facts.contentLengths > 0) return reject(400, 'Content-Length and Transfer-Encoding');
  if (httpMinor === 0) return reject(400, 'Transfer-Encoding in HTTP/1.0');
  if (facts.transferEncodings > 1) return reject(400, 'more than one Transfer-Encoding');
  if (facts.transferEncoding.toLowerCase() !== 'chunked') {
    return reject(400, 'Transfer-Encoding other than chunked');
  }
  return null;
}
