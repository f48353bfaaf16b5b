import type { UpstreamRequest } from './types.ts';

/**
 * The head of a request as it is written to running. What it is made of has been checked when it came from
 * the user: no part of it holds the end of a line.
 */
export function requestText(request: UpstreamRequest, ownHost: string): string {
  const { method, path, lines, namesHost, upgrade, chunked, trailers } = request;
  let text = `${method} ${path} HTTP/1.1\r\n`;
  if (!namesHost) text += `Host: ${ownHost}\r\n`;
  text += lines;
  if (chunked) {
    if (trailers !== null) text += `Trailer: ${trailers.names.join(', ')}\r\n`;
    text += 'Transfer-Encoding: chunked\r\n';
  }
  return upgrade === ''
    ? `${text}Connection: keep-alive\r\n\r\n`
    : `${text}Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`;
}
