import { BadRequestError, ViliError } from '../../errors.ts';
import type { ControlHandlers } from '../api/handlers.ts';
import { readRequest } from '../api/parameters.ts';
import type { Frame, Route, Subscription } from '../api/route.ts';
import { ROUTE_LIST } from '../api/routes.ts';
import type { Download } from '../views/download.ts';
import type { Caller } from './door/door.ts';
import { noToken } from './door/guard.ts';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Where a stream was when it broke off; null: this is no such stream. */
  readonly lastEventId: string | null;
  readonly caller: Caller;
  /** Reads and parses the body; called only for a POST. */
  body(): Promise<unknown>;
}

/** One JSON value, a text, a file, or server-sent events for as long as the client listens. */
export type Dispatched =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string; readonly contentType: string }
  | { readonly kind: 'file'; readonly open: () => Promise<Download> }
  | {
      readonly kind: 'events';
      readonly open: () => Promise<Subscription<unknown>>;
      readonly frameOf: ((event: unknown) => Frame) | undefined;
    };

/** Serves one request; throws ViliError for a request that no route takes or that is not valid. */
export async function dispatch(
  request: HttpRequest,
  handlers: ControlHandlers,
): Promise<Dispatched> {
  const route = routeOf(request, handlers);
  if (!request.caller.isTrusted && route.isOpen !== true) throw noToken();
  const body = route.method === 'POST' ? objectOf(await request.body()) : null;
  const resumedBy = 'subscribe' in route ? route.resumedBy : undefined;
  const parameters = readRequest(route.request, (name) => {
    if (name === resumedBy && request.lastEventId !== null) return request.lastEventId;
    const value =
      body === null ? request.query.get(name) : Object.hasOwn(body, name) ? body[name] : undefined;
    return name === 'by' ? withAddress(value, request.caller) : value;
  });
  if ('subscribe' in route) {
    const open = () => route.subscribe(handlers, parameters);
    return { kind: 'events', open, frameOf: route.frameOf?.bind(route) };
  }
  if ('file' in route) return { kind: 'file', open: () => route.file(handlers, parameters) };
  if ('text' in route) {
    const { contentType } = route;
    return { kind: 'text', text: await route.text(handlers, parameters), contentType };
  }
  return { kind: 'json', value: await route.respond(handlers, parameters) };
}

// Private

function routeOf({ method, path, query }: HttpRequest, handlers: ControlHandlers): Route {
  const routes = ROUTE_LIST.filter(
    (route) => route.path === path && route.isOffered?.(handlers) !== false,
  );
  if (routes.length === 0) {
    throw new ViliError('VILI_NO_ROUTE', `no such path: ${path}`, { httpStatus: 404 });
  }
  const wanted = method === 'HEAD' ? 'GET' : method;
  const candidates = routes.filter((route) => route.method === wanted);
  const route =
    candidates.find(({ selectedBy }) => selectedBy !== undefined && query.has(selectedBy)) ??
    candidates.find(({ selectedBy }) => selectedBy === undefined);
  if (route !== undefined) return route;
  const allowed = [...new Set(routes.map((one) => one.method))].join(', ');
  const text = `${path} takes ${allowed}, not ${method}`;
  throw new ViliError('VILI_WRONG_METHOD', text, { httpStatus: 405 });
}

/** Who asks is what a caller says of itself; where it asks from is not. */
function withAddress(by: unknown, { address }: Caller): unknown {
  return typeof by === 'string' && by !== '' && address !== null ? `${by} from ${address}` : by;
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    return body as Readonly<Record<string, unknown>>;
  }
  throw new BadRequestError('the body must be a JSON object');
}
