import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { ViliError } from '../../errors.ts';

/** RFC 9457. An error that is not a ViliError stays private. */
export function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
): void {
  const { code, message, httpStatus } =
    error instanceof ViliError
      ? error
      : new ViliError('VILI_INTERNAL', 'internal error; its details are in the log of Vili');
  const title = STATUS_CODES[httpStatus] ?? 'Error';
  const problem = { type: 'about:blank', title, status: httpStatus, detail: message, code };
  sendJson(request, response, httpStatus, problem, 'application/problem+json');
}

export function sendJson(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: unknown,
  type = 'application/json',
): void {
  const text = `${JSON.stringify(value ?? null)}\n`;
  sendText(request, response, status, text, `${type}; charset=utf-8`);
}

/** Never cached, and never taken for another type. */
export function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
  contentType: string,
): void {
  const body = Buffer.from(text);
  // The rest of a body that nobody read must not be taken for the next request.
  const unread = !request.complete;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...(unread ? { connection: 'close' } : {}),
  });
  response.end(body);
  if (unread) request.resume();
}
