import type { UpstreamRequest } from './types.ts';

/**
 * The head of a request as written to running. Its parts were checked when they came from the user: none of
 * them contains a line end.
 */
export function requestText(request: UpstreamRequest, ownHost: string): string {
  const { method, path, lines, namesHost, upgrade, chunked, trailers, acceptsTrailers } = request;
  let text = `${method} ${path} HTTP/1.1\r\n`;
  if (!namesHost) text += `Host: ${ownHost}\r\n`;
  text += lines;
  if (chunked) {
    if (trailers !== null) text += `Trailer: ${trailers.names.join(', ')}\r\n`;
    text += 'Transfer-Encoding: chunked\r\n';
  }
  if (upgrade !== '') return `${text}Connection: Upgrade\r\nUpgrade: ${upgrade}\r\n\r\n`;
  // TE concerns this connection only, so Connection must name it (RFC 9110 section 10.1.4).
  return acceptsTrailers
    ? `${text}TE: trailers\r\nConnection: keep-alive, TE\r\n\r\n`
    : `${text}Connection: keep-alive\r\n\r\n`;
}
