import { BadRequestError, ViliError } from '../errors.ts';
import { matchesTrace, type TraceFilter, type TraceRecord } from '../model/trace-record.ts';
import type { ActRequest, ControlHandlers } from './control-handlers.ts';
import { differencesOf, type VersionQuery } from './views/evidence-view.ts';

const DEFAULT_HISTORY = 100;
const MAX_HISTORY = 10_000;
const DEFAULT_TRACE = 200;
const MAX_TRACE = 100_000;
const MAX_TEXT = 1000;

export interface RouteRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Reads and parses the body; called only by routes that take one. */
  body(): Promise<unknown>;
}

/** An answer at once, or a stream of server-sent events for as long as the client listens. */
export type RouteResponse =
  | { readonly kind: 'json'; readonly value: unknown }
  | {
      readonly kind: 'events';
      readonly subscribe: (send: (value: unknown) => void) => () => void;
    };

type Route = (request: RouteRequest, handlers: ControlHandlers) => Promise<RouteResponse>;

const ROUTES: Readonly<Record<string, Readonly<Record<string, Route>>>> = {
  '/v1/status': { GET: async (_, handlers) => json(await handlers.status()) },
  '/v1/verdict': { GET: async (_, handlers) => json(await handlers.verdict()) },
  '/v1/report': {
    GET: async ({ query }, handlers) => json(await handlers.report(versionIn(query))),
  },
  '/v1/differences': { GET: differences },
  '/v1/replay': {
    // No GET: the settings it answers with are for those who may act.
    POST: async (request, handlers) => json(await handlers.replay(await versionOf(request))),
  },
  '/v1/history': {
    GET: async ({ query }, handlers) =>
      json(await handlers.history(limitOf(query, DEFAULT_HISTORY, MAX_HISTORY))),
  },
  '/v1/trace': { GET: trace },
  '/v1/tree': { GET: async (_, handlers) => json(await handlers.tree()) },
  '/v1/events': {
    GET: async (_, handlers) => ({ kind: 'events', subscribe: (send) => handlers.events(send) }),
  },
  '/v1/promote': {
    POST: async (request, handlers) => json(await handlers.promote(await actOf(request))),
  },
  '/v1/reject': {
    POST: async (request, handlers) => json(await handlers.reject(await actOf(request))),
  },
  '/v1/retest': {
    POST: async (request, handlers) => json(await handlers.retest(await actOf(request))),
  },
  '/v1/debug/crash': { POST: crash },
};

/** Serves one request; throws ViliError for what is no route or a wrong request. */
export async function route(
  request: RouteRequest,
  handlers: ControlHandlers,
): Promise<RouteResponse> {
  const known = Object.hasOwn(ROUTES, request.path) && !isHidden(request.path, handlers);
  const methods = known ? ROUTES[request.path] : undefined;
  if (methods === undefined) {
    throw new ViliError('VILI_NO_ROUTE', `no such path: ${request.path}`, { httpStatus: 404 });
  }
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const serve = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (serve === undefined) {
    const allowed = Object.keys(methods).join(', ');
    const text = `${request.path} takes ${allowed}, not ${request.method}`;
    throw new ViliError('VILI_WRONG_METHOD', text, { httpStatus: 405 });
  }
  return serve(request, handlers);
}

// Private

function json(value: unknown): RouteResponse {
  return { kind: 'json', value };
}

function isHidden(path: string, handlers: ControlHandlers): boolean {
  return path === '/v1/debug/crash' && handlers.crash === undefined;
}

async function trace({ query }: RouteRequest, handlers: ControlHandlers): Promise<RouteResponse> {
  const actor = query.get('actor');
  const correlation = query.get('id');
  const filter: TraceFilter = {
    ...(actor === null ? {} : { actor }),
    ...(correlation === null ? {} : { correlation }),
    // The whole way of one version is asked for, not its end.
    limit: limitOf(query, correlation === null ? DEFAULT_TRACE : MAX_TRACE, MAX_TRACE),
  };
  if (!query.has('follow')) return json(await handlers.trace(filter));
  return followedTrace(filter, handlers);
}

/** What was, then what comes, without a gap and without a record twice. */
async function followedTrace(
  filter: TraceFilter,
  handlers: ControlHandlers,
): Promise<RouteResponse> {
  let waiting: TraceRecord[] = [];
  let take = (record: TraceRecord): void => {
    if (waiting.length < MAX_TRACE) waiting.push(record);
  };
  const stop = handlers.followTrace((record) => {
    if (matchesTrace(record, filter)) take(record);
  });
  try {
    const past = await handlers.trace(filter);
    const lastId = past.at(-1)?.id ?? 0;
    const subscribe = (send: (value: unknown) => void): (() => void) => {
      for (const record of past) send(record);
      for (const record of waiting) if (record.id > lastId) send(record);
      waiting = [];
      take = send;
      return stop;
    };
    return { kind: 'events', subscribe };
  } catch (error) {
    stop();
    throw error;
  }
}

/** `sample=ID`: that one, whole; else where the answers differ, as far as the query asks. */
async function differences(
  { query }: RouteRequest,
  handlers: ControlHandlers,
): Promise<RouteResponse> {
  const version = versionIn(query);
  const id = query.get('sample');
  if (id !== null) {
    const { samples, version: of } = await handlers.samples(version);
    const sample = samples.find((one) => one.id === id);
    if (sample !== undefined) return json(sample);
    throw new ViliError('VILI_NO_SAMPLE', `${of} has no sample "${id}"`, { httpStatus: 404 });
  }
  const report = await handlers.report(version);
  const [endpoint, path] = [query.get('endpoint'), query.get('path')];
  if (report === null) return json(null);
  const filter = { ...(endpoint === null ? {} : { endpoint }), ...(path === null ? {} : { path }) };
  return json(differencesOf(report, filter));
}

function versionIn(query: URLSearchParams): VersionQuery {
  const version = query.get('version');
  if (version === null) return {};
  if (version === '' || version.length > MAX_TEXT)
    throw new BadRequestError('version must be a name');
  return { version };
}

async function versionOf(request: RouteRequest): Promise<VersionQuery> {
  const version = textIn(objectOf(await request.body()), 'version');
  return version === undefined ? {} : { version };
}

async function crash(request: RouteRequest, handlers: ControlHandlers): Promise<RouteResponse> {
  const path = textIn(objectOf(await request.body()), 'path');
  if (path === undefined) throw new BadRequestError('"path" must be the path of an actor');
  await handlers.crash?.(path);
  return json({ crashed: path });
}

async function actOf(request: RouteRequest): Promise<ActRequest> {
  const body = objectOf(await request.body());
  const by = textIn(body, 'by');
  if (by === undefined) throw new BadRequestError('"by" must say who asks');
  const version = textIn(body, 'version');
  const reason = textIn(body, 'reason');
  return {
    by,
    ...(version === undefined ? {} : { version }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function limitOf(query: URLSearchParams, usual: number, max: number): number {
  const text = query.get('limit');
  if (text === null) return usual;
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (limit < 1)
    throw new BadRequestError(`limit "${text}" must be a whole number from 1 to ${max}`);
  return Math.min(limit, max);
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return body as Readonly<Record<string, unknown>>;
  }
  throw new BadRequestError('the body must be a JSON object');
}

/** Undefined when absent; throws when it is there but is no usable text. */
function textIn(body: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = Object.hasOwn(body, key) ? body[key] : undefined;
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT) return value;
  throw new BadRequestError(`"${key}" must be a text of 1 to ${MAX_TEXT} characters`);
}
