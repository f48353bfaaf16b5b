import {
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Remote, type Where, whereIs } from '../client/client-request.ts';
import { reachableSocketPath } from '../socket-path.ts';

/** What of a request concerns the daemon; who asks is known to it by the way it comes. */
const REQUEST_FIELDS = ['content-type', 'content-length', 'accept', 'last-event-id'];
const RESPONSE_FIELDS = [
  'content-type',
  'content-length',
  'content-disposition',
  'content-security-policy',
  'cache-control',
  'x-content-type-options',
];
/** Without a byte for so long, a response is given up; streams say every 15 s that they are alive. */
const SILENCE_MS = 60_000;

/**
 * Sends a request on to the daemon, a control socket or one elsewhere, and its response back as it comes. Rejects when the
 * daemon cannot be reached; ends quietly when the one who asks goes away.
 */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  daemon: string | Remote,
): Promise<void> {
  const path = request.url ?? '/';
  if (typeof daemon !== 'string') return send(request, response, whereIs(daemon, path));
  const reachable = await reachableSocketPath(daemon);
  try {
    await send(request, response, { socketPath: reachable.path, path });
  } finally {
    await reachable.close();
  }
}

// Private

function send(request: IncomingMessage, response: ServerResponse, where: Where): Promise<void> {
  return new Promise((resolve, reject) => {
    const ask = where.protocol === 'https:' ? httpsRequest : httpRequest;
    const asked = ask({
      ...where,
      method: request.method,
      agent: false,
      timeout: SILENCE_MS,
      headers: { ...picked(request.headers, REQUEST_FIELDS), ...where.headers },
    });
    response.once('close', () => {
      asked.destroy();
      resolve();
    });
    asked.once('timeout', () => asked.destroy(new Error(`silent for ${SILENCE_MS / 1000} s`)));
    asked.on('error', (error) => {
      if (response.headersSent) response.destroy();
      reject(error);
    });
    asked.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, picked(answer.headers, RESPONSE_FIELDS));
      response.flushHeaders();
      answer.on('error', () => response.destroy());
      answer.pipe(response);
    });
    request.pipe(asked);
  });
}

function picked(headers: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const known = names.flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as const] : [];
  });
  return Object.fromEntries(known);
}
