import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { messageOf, ViliError } from '../../errors.ts';
import type { ControlHandlers } from '../control-handlers.ts';
import { route } from '../routes.ts';
import { streamEvents } from './event-stream.ts';
import { errorResponse } from './http-errors.ts';
import { listenPrivately } from './private-socket.ts';
import { readJson } from './request-body.ts';

/** Answers under way get this long at close. */
const CLOSE_GRACE_MS = 1000;

export interface ControlServerOptions {
  /** `BASE/.vili/vili.sock`; the caller holds the lock of the base, a file there is stale. */
  readonly socketPath: string;
  readonly handlers: ControlHandlers;
  /** Larger request bodies are refused with 413. */
  readonly maxBodyBytes: number;
  /** Further connections are closed at once; live streams count too. */
  readonly maxConnections: number;
  /** Limit for a request to arrive whole and for a connection without one, ms. */
  readonly idleMs: number;
  /** What went wrong inside and is not told to the client. */
  readonly onProblem: (text: string) => void;
}

export interface ControlServer {
  /** Throws ViliError `VILI_SOCKET_FAILED`. */
  listen(): Promise<void>;
  /** Ends live streams, waits briefly for answers under way and removes the socket file. */
  close(): Promise<void>;
}

/** The control API: HTTP/1.1 and JSON on a unix socket that only the owner can open. */
export function createControlServer(options: ControlServerOptions): ControlServer {
  const streams = new Set<ServerResponse>();
  const server = createServer(
    {
      headersTimeout: options.idleMs,
      requestTimeout: options.idleMs,
      keepAliveTimeout: options.idleMs,
      connectionsCheckingInterval: Math.max(100, Math.floor(options.idleMs / 4)),
    },
    (request, response) => void serve(request, response, options, streams),
  );
  server.maxConnections = options.maxConnections;
  let listening = false;
  return {
    async listen(): Promise<void> {
      await listenPrivately(server, options.socketPath);
      server.on('error', (error) => options.onProblem(`control socket: ${error.message}`));
      listening = true;
    },
    async close(): Promise<void> {
      if (!listening) return;
      listening = false;
      await rm(options.socketPath, { force: true });
      for (const stream of streams) stream.end();
      await closeServer(server);
    },
  };
}

// Private

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  options: ControlServerOptions,
  streams: Set<ServerResponse>,
): Promise<void> {
  response.on('error', () => {});
  try {
    const url = new URL(request.url ?? '/', 'http://vili');
    const answer = await route(
      {
        method: request.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        body: () => readJson(request, options.maxBodyBytes),
      },
      options.handlers,
    );
    if (answer.kind === 'json') return send(request, response, 200, answer.value);
    streams.add(response);
    await streamEvents(response, answer.subscribe);
  } catch (error) {
    if (!(error instanceof ViliError)) {
      options.onProblem(`control request ${request.method} failed: ${messageOf(error)}`);
    }
    const { status, body } = errorResponse(error);
    if (response.headersSent) response.destroy();
    else send(request, response, status, body);
  } finally {
    streams.delete(response);
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  value: unknown,
): void {
  const body = Buffer.from(`${JSON.stringify(value ?? null)}\n`);
  // What is left of a body nobody read must not be taken for the next request.
  const unread = !request.complete;
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    ...(unread ? { connection: 'close' } : {}),
  });
  response.end(body);
  if (unread) request.resume();
}

async function closeServer(server: Server): Promise<void> {
  const limit = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(limit);
}
