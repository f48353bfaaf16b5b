import type { UpstreamHandler } from '../upstream/types.ts';
import type { RequestLifecycle } from './lifecycle.ts';

/** A request with all methods through which its connections, timers and queues call it. */
type Entered = RequestLifecycle & UpstreamHandler;

type MethodOf<T> = {
  [K in keyof T]: T[K] extends (...values: never[]) => unknown ? K : never;
}[keyof T];

/**
 * The entries, each with what it returns when it has thrown. Two are missing: the connection to running takes
 * what `onHead` throws for a bad response, and `collapse` is where what is thrown goes.
 */
const ENTRIES: Readonly<Record<Exclude<MethodOf<Entered>, 'onHead' | 'collapse'>, unknown>> = {
  start: undefined,
  gone: undefined,
  halfClosed: false,
  idle: true,
  broken: undefined,
  drop: undefined,
  release: undefined,
  expire: undefined,
  dispatchOn: undefined,
  noConnection: undefined,
  cut: undefined,
  moveOn: undefined,
  cutSlow: undefined,
  pace: null,
  onConnect: undefined,
  onRequestSent: undefined,
  onResponseStarted: undefined,
  onInterim: undefined,
  onData: true,
  onPending: undefined,
  onComplete: undefined,
  onError: undefined,
  onUpgrade: undefined,
};

type Method = (this: Entered, ...values: unknown[]) => unknown;

/**
 * Makes whatever the entries of a class throw the end of their own request. The callers are the connections and
 * queues of other requests too, and node, whose only response to an error is the end of the process.
 */
export function containEntries(requests: { readonly prototype: Entered }): void {
  const prototype = requests.prototype as unknown as Record<string, Method>;
  for (const [name, otherwise] of Object.entries(ENTRIES)) {
    const enter = prototype[name] as Method;
    prototype[name] = function contained(a, b, c, d): unknown {
      try {
        return enter.call(this, a, b, c, d);
      } catch (error) {
        this.collapse(error);
        return otherwise;
      }
    };
  }
}
