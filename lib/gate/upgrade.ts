import type { IncomingMessage } from 'node:http';
import type { RequestHead } from './request-head.ts';

/** HTTP/2 in clear text would hide requests from the gate (RFC 9113 section 3.1 has given it up). */
const NOT_TUNNELLED = /(?:^|,)\s*(?:h2c?|HTTP\/[^,]*)\s*(?:,|$)/i;

/** Whether the protocol change that a request asks for may be put to running. */
export function isTunnelled(head: RequestHead): boolean {
  const { bodyBytes, upgrade } = head.fields;
  return bodyBytes === 0 && upgrade !== '' && !NOT_TUNNELLED.test(upgrade);
}

/**
 * The request's head again, without its wish to upgrade: a server may always ignore that
 * (RFC 9110 section 7.8), and clients such as Java's ask for HTTP/2 this way in passing.
 */
export function plainRequest(request: IncomingMessage): Buffer {
  const raw = request.rawHeaders;
  let head = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!/^(?:upgrade|http2-settings)$/i.test(name)) head += `${name}: ${raw[index + 1] ?? ''}\r\n`;
  }
  return Buffer.from(`${head}\r\n`, 'latin1');
}
