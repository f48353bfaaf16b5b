import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { messageOf, ViliError } from '../../errors.ts';
import { isOfPage, servePage } from '../../page/serve-page.ts';
import type { ControlHandlers } from '../api/handlers.ts';
import { dispatch } from './dispatch.ts';
import type { Door } from './door/door.ts';
import { EventStream } from './event-stream.ts';
import { readJson } from './request-body.ts';
import { sendError, sendJson, sendText } from './respond.ts';
import { MAX_DOWNLOADS, sendFile, tooManyDownloads } from './send-file.ts';

/** What the daemon's own server allows. */
export const CONTROL_LIMITS: ControlLimits = {
  maxBodyBytes: 64 * 1024,
  maxConnections: 64,
  maxStreams: 32,
  idleMs: 30_000,
  heartbeatMs: 15_000,
};
/** Responses under way get this long at close. */
const CLOSE_GRACE_MS = 1000;

export interface ControlLimits {
  /** A larger request body gets a 413. */
  readonly maxBodyBytes: number;
  /** Further connections are closed at once; live streams count too. */
  readonly maxConnections: number;
  /** Further live streams get a 503, so that ordinary requests still get through. */
  readonly maxStreams: number;
  /** How often a live stream without events says that it is alive, ms. */
  readonly heartbeatMs: number;
  /** Limit for a request to arrive whole and for a connection without one, ms. */
  readonly idleMs: number;
}

export interface ControlServerOptions extends ControlLimits {
  readonly door: Door;
  readonly handlers: ControlHandlers;
  /** Whether the dashboard is here, too. */
  readonly hasPage?: boolean;
  /** Reports an internal failure whose details the client does not get. */
  readonly onProblem: (text: string) => void;
}

export interface ControlServer {
  /** @throws ViliError when the door cannot listen. */
  listen(): Promise<void>;
  /** Ends live streams, waits briefly for responses under way and leaves the door. */
  close(): Promise<void>;
}

/** The control API: HTTP/1.1 and JSON, for whom the door lets in. */
export function createControlServer(options: ControlServerOptions): ControlServer {
  const streams = new Set<EventStream>();
  const downloads = new Set<ServerResponse>();
  const { door } = options;
  const server = door.createServer(
    {
      headersTimeout: options.idleMs,
      requestTimeout: options.idleMs,
      keepAliveTimeout: options.idleMs,
      connectionsCheckingInterval: Math.max(100, Math.floor(options.idleMs / 4)),
    },
    (request, response) => void serve(request, response, options, { streams, downloads }),
  );
  server.maxConnections = options.maxConnections;
  let opening: Promise<void> | null = null;
  return {
    async listen(): Promise<void> {
      opening = door.listen(server);
      await opening;
      server.on('error', (error) => options.onProblem(error.message));
    },
    async close(): Promise<void> {
      const opened = opening?.then(
        () => true,
        () => false,
      );
      opening = null;
      if ((await opened) !== true) return;
      await door.leave();
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
  { streams, downloads }: { streams: Set<EventStream>; downloads: Set<ServerResponse> },
): Promise<void> {
  let stream: EventStream | null = null;
  response.on('error', () => {});
  try {
    const url = new URL(request.url ?? '/', 'http://vili');
    if (options.hasPage === true && isOfPage(url.pathname)) {
      options.door.look(request);
      return await servePage(request, response, url.pathname);
    }
    const caller = options.door.enter(request);
    const dispatched = await dispatch(
      {
        method: request.method ?? 'GET',
        path: url.pathname,
        query: url.searchParams,
        lastEventId: lastEventId(request),
        body: () => readJson(request, options.maxBodyBytes),
        caller,
      },
      options.handlers,
    );
    if (dispatched.kind === 'json') return sendJson(request, response, 200, dispatched.value);
    if (dispatched.kind === 'text') {
      return sendText(request, response, 200, dispatched.text, dispatched.contentType);
    }
    if (dispatched.kind === 'file') {
      if (downloads.size >= MAX_DOWNLOADS) throw tooManyDownloads();
      downloads.add(response);
      const rules = { isHead: request.method === 'HEAD', idleMs: options.idleMs };
      return await sendFile(response, await dispatched.open(), rules);
    }
    if (streams.size >= options.maxStreams) throw tooManyStreams(options.maxStreams);
    stream = new EventStream(response);
    streams.add(stream);
    const { frameOf } = dispatched;
    const { heartbeatMs } = options;
    await stream.send(await dispatched.open(), { heartbeatMs, frameOf });
  } catch (error) {
    if (!(error instanceof ViliError)) {
      options.onProblem(`request ${request.method} failed: ${messageOf(error)}`);
    }
    if (response.headersSent) response.destroy();
    else sendError(request, response, error);
  } finally {
    if (stream !== null) streams.delete(stream);
    downloads.delete(response);
  }
}

/** A browser that never had an event with an id sends none, or an empty one. */
function lastEventId({ headers }: IncomingMessage): string | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : null;
}

function tooManyStreams(limit: number): ViliError {
  const text = `${limit} live streams are open, and there can be no more; end one, such as a \`vili events -f\``;
  return new ViliError('VILI_TOO_MANY_STREAMS', text, { httpStatus: 503 });
}

async function closeServer(server: Server): Promise<void> {
  const limit = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(limit);
}
