import type { RequestOf, Shape } from '../api/parameters.ts';
import type { FileRoute, JsonRoute, Route, StreamRoute, TextRoute } from '../api/route.ts';
import { ROUTES } from '../api/routes.ts';
import {
  type Call,
  callForEvents,
  callForJson,
  callForText,
  type Remote,
} from './client-request.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
/** A promotion responds once it is under way, which may wait for an actor that is busy. */
const POST_TIMEOUT_MS = 60_000;

/**
 * The control API as functions, one for each route. All throw what `callForJson` throws. The
 * function of a stream resolves when the signal is aborted or the daemon ends the stream.
 */
export type ControlClient = {
  readonly [Name in keyof typeof ROUTES]: FunctionOf<(typeof ROUTES)[Name]>;
};

type FunctionOf<R> =
  R extends JsonRoute<infer S, infer Response>
    ? (...request: RequestArguments<S>) => Promise<Response>
    : R extends TextRoute<infer S> | FileRoute<infer S>
      ? (...request: RequestArguments<S>) => Promise<string>
      : R extends StreamRoute<infer S, infer Event>
        ? (
            request: RequestOf<S>,
            listener: (event: Event) => void,
            signal: AbortSignal,
          ) => Promise<void>
        : never;

type RequestArguments<S extends Shape> =
  Partial<RequestOf<S>> extends RequestOf<S> ? [request?: RequestOf<S>] : [request: RequestOf<S>];

/** A client for the daemon of a control socket, given by its path, or for one elsewhere. */
export function controlClient(
  daemon: string | Remote,
  { timeoutMs = DEFAULT_TIMEOUT_MS }: { readonly timeoutMs?: number } = {},
): ControlClient {
  const functions = Object.entries(ROUTES).map(([name, route]) => {
    const call = (request: object = {}): Call => callOf(daemon, timeoutMs, route, request);
    if ('text' in route || 'file' in route)
      return [name, (request?: object) => callForText(call(request))];
    if (!('subscribe' in route)) return [name, (request?: object) => callForJson(call(request))];
    const follow = (request: object, listener: (event: unknown) => void, signal: AbortSignal) =>
      callForEvents(call(request), listener, signal);
    return [name, follow];
  });
  return Object.fromEntries(functions) as ControlClient;
}

// Private

function callOf(daemon: string | Remote, timeoutMs: number, route: Route, request: object): Call {
  const { method, path, selectedBy } = route;
  if (method === 'POST') {
    return { daemon, method, path, body: request, timeoutMs: POST_TIMEOUT_MS };
  }
  const query = new URLSearchParams(selectedBy === undefined ? {} : { [selectedBy]: '1' });
  for (const [name, value] of Object.entries(request)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return {
    daemon,
    method,
    path: query.size === 0 ? path : `${path}?${query.toString()}`,
    timeoutMs,
  };
}
