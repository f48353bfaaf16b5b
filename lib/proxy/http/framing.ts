import { type Rejection, refuse } from './rejection.ts';

/** reg-name, IPv4 or IP-literal, with a port; RFC 9110 section 7.2 and RFC 3986 section 3.2. */
const HOST = /^(?:[A-Za-z0-9\-._~%!$&'()*+,;=]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?$/;
const LENGTH = /^[0-9]{1,15}$/;

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
 * The checks beyond node's strict parser that keep the gate and running of one opinion about where a
 * request ends (RFC 9112 sections 3.2, 6.1 and 6.3). Null when all is well.
 */
export function framingProblem(facts: FramingFacts, httpMinor: number): Rejection | null {
  if (facts.hosts !== 1) {
    if (facts.hosts > 1) return refuse(400, 'more than one Host');
    if (httpMinor !== 0) return refuse(400, 'no Host');
  } else if (!HOST.test(facts.host)) return refuse(400, 'Host is not a host');
  if (facts.contentLengths > 1) return refuse(400, 'more than one Content-Length');
  if (facts.contentLengths === 1 && !LENGTH.test(facts.contentLength)) {
    return refuse(400, 'Content-Length is not a number');
  }
  if (facts.transferEncodings === 0) return null;
  if (facts.contentLengths > 0) return refuse(400, 'Content-Length and Transfer-Encoding');
  if (httpMinor === 0) return refuse(400, 'Transfer-Encoding in HTTP/1.0');
  if (facts.transferEncodings > 1) return refuse(400, 'more than one Transfer-Encoding');
  if (facts.transferEncoding.toLowerCase() !== 'chunked') {
    return refuse(400, 'Transfer-Encoding other than chunked');
  }
  return null;
}
