import type { Dispatcher } from 'undici';
import { codeOf, messageOf } from '../../errors.ts';
import { type FailureKind, isSafeMethod, type Target } from '../../model/exchange.ts';
import { headerValues } from '../../model/headers.ts';
import { isBodiless } from '../../proxy/http/response-headers.ts';
import { threadTime } from '../../runtime/thread-time.ts';
import { originOf } from '../../proxy/upstream/connect.ts';
import { KIND_BY_CODE } from '../../proxy/upstream/errors.ts';
import { type BodyLimits, type BodyResult, ReceivedBody } from './body.ts';
import { type Connection, connectionTo, discard } from './connection.ts';

/** undici cannot send the request itself: not a fault of the server. */
const UNFIT_CODES: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

export interface ShadowRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: string[];
  readonly body: Buffer | null;
}

export interface ShadowLimits extends BodyLimits {
  /** From sending to the last byte. */
  readonly timeoutMs: number;
}

/**
 * What came back. `status` 0: nothing usable, see `failure`; `unsendable` is no fault of the server, or of one that is there.
 * `ms`: from sending to the last byte.
 */
export interface ShadowResponse extends BodyResult {
  readonly status: number;
  readonly failure: FailureKind | 'unsendable' | null;
  readonly ms: number;
  readonly headers: readonly string[];
}

export type ResponseListener = (response: ShadowResponse) => void;

export interface RequesterSettings {
  readonly connectTimeoutMs: number;
  readonly maxIdleConnections: number;
  /** A response with a larger head is malformed. */
  readonly maxHeadBytes: number;
  /** How long a refused connection may be the end of a process of which nobody has told yet, ms; absent: not at all. */
  readonly refusedMs?: number;
}

interface Call {
  readonly request: ShadowRequest;
  readonly done: ResponseListener;
  readonly deadlineMs: number;
  readonly body: ReceivedBody;
  connection: Connection | null;
  sentMs: number;
  status: number;
  headers: readonly string[];
  isRetry: boolean;
  /** Nobody listened: how long it took to know, and from when on a process that lives did it, by the time of the thread. */
  refused: { readonly ms: number; readonly untilMs: number } | null;
  isDone: boolean;
}

/** Sends requests to one target over kept connections, one request at a time on each. */
export class Requester {
  readonly #settings: RequesterSettings;
  readonly #now: () => number;
  readonly #calls = new Set<Call>();
  /** Null: there is nothing to send to. */
  #target: Target | null;
  #origin: string | null;
  /** Last in, first out: the busiest connections stay warm, the others time out. */
  #idle: Connection[] = [];

  constructor(target: Target | null, settings: RequesterSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#target = target;
    this.#origin = target === null ? null : originOf(target);
  }

  /** Calls `done` exactly once, possibly before this returns, unless `close` comes first. */
  send(request: ShadowRequest, limits: ShadowLimits, done: ResponseListener): void {
    const sentMs = this.#now();
    const call: Call = {
      request,
      done,
      deadlineMs: sentMs + limits.timeoutMs,
      body: new ReceivedBody(limits),
      connection: null,
      sentMs,
      status: 0,
      headers: [],
      isRetry: false,
      refused: null,
      isDone: false,
    };
    this.#calls.add(call);
    this.#dispatch(call, this.#idle.pop());
  }

  /** Ends what has exceeded its time; call it many times per second. */
  sweep(): void {
    const now = this.#now();
    for (const call of this.#calls) {
      if (call.refused === null) {
        if (now >= call.deadlineMs) this.#abandon(call, 'timeout');
      } else if (threadTime.now() >= call.refused.untilMs) this.#finish(call, 'refused');
    }
  }

  /** From now on requests go elsewhere; those under way finish where they are. Whoever refused one had ended. */
  retarget(target: Target | null): void {
    const origin = target === null ? null : originOf(target);
    if (origin === this.#origin) return;
    this.#target = target;
    this.#origin = origin;
    for (const connection of this.#idle) discard(connection);
    this.#idle = [];
    for (const call of this.#calls) if (call.refused !== null) this.#finish(call, 'unsendable');
  }

  /** Forgets everything under way and closes all connections. */
  close(): void {
    this.retarget(null);
    for (const call of this.#calls) {
      call.isDone = true;
      if (call.connection !== null) discard(call.connection);
      call.connection = null;
    }
    this.#calls.clear();
  }

  // Private

  #dispatch(call: Call, kept?: Connection): void {
    if (this.#target === null) {
      this.#finish(call, 'unsendable');
      return;
    }
    const connection = kept ?? connectionTo(this.#target, this.#settings.connectTimeoutMs);
    const { method, path, headers, body } = call.request;
    call.connection = connection;
    call.sentMs = this.#now();
    const options = { method, path, headers, body, reset: false };
    connection.client.dispatch(options, this.#handlerOf(call, connection));
  }

  #handlerOf(call: Call, connection: Connection): Dispatcher.DispatchHandler {
    return {
      onConnect: () =>
        connection.socket?.expectHead(call.request.method, this.#settings.maxHeadBytes),
      onHeaders: (status) => {
        call.status = status;
        call.headers = connection.socket?.headers ?? [];
        if (!isWithinLimits(call)) this.#abandon(call, null);
        return true;
      },
      onData: (chunk) => {
        if (!call.isDone && !call.body.add(chunk)) this.#abandon(call, null);
        return true;
      },
      onComplete: () => {
        connection.served++;
        call.headers = connection.socket?.headers ?? call.headers;
        this.#giveBack(call);
        this.#finish(call, null);
      },
      onError: (error) => {
        const failure = failureOf(error, call.status !== 0);
        const isAgain = !call.isDone && isWorthRetry(call, connection, failure);
        connection.served = 0;
        this.#giveBack(call);
        if (!isAgain) {
          if (failure === 'refused') this.#refused(call, connection.origin);
          else this.#finish(call, failure);
          return;
        }
        call.isRetry = true;
        this.#dispatch(call);
      },
    };
  }

  /** The process may have ended: nothing is said against it before the news would have come. */
  #refused(call: Call, origin: string): void {
    const { refusedMs = 0 } = this.#settings;
    if (origin !== this.#origin) this.#finish(call, 'unsendable');
    else if (refusedMs === 0) this.#finish(call, 'refused');
    else {
      const ms = this.#now() - call.sentMs;
      call.refused = { ms, untilMs: threadTime.now() + refusedMs };
    }
  }

  #finish(call: Call, failure: ShadowResponse['failure']): void {
    if (call.isDone) return;
    call.isDone = true;
    this.#calls.delete(call);
    const ms = call.refused?.ms ?? this.#now() - call.sentMs;
    const { status, headers } = failure === null ? call : { status: 0, headers: [] };
    call.done({ status, failure, ms, headers, ...call.body.result() });
  }

  /** Finishes a call together with its connection, which still carries the rest of a response. */
  #abandon(call: Call, failure: ShadowResponse['failure']): void {
    const { connection } = call;
    call.connection = null;
    if (connection !== null) discard(connection);
    this.#finish(call, failure);
  }

  #giveBack(call: Call): void {
    const { connection } = call;
    call.connection = null;
    if (connection === null) return;
    const isRoom = this.#idle.length < this.#settings.maxIdleConnections;
    const isSpent = connection.socket?.isSpent === true;
    if (connection.origin === this.#origin && isRoom && !isSpent) this.#idle.push(connection);
    else discard(connection);
  }
}

/** Why there was no usable response, from the error of undici or of the socket. */
export function failureOf(error: unknown, hasHead: boolean): FailureKind | 'unsendable' {
  const code = codeOf(error) ?? '';
  if (UNFIT_CODES.has(code)) return 'unsendable';
  // undici's parser errors have a name and a text, but not a reliable code.
  if (error instanceof Error && error.name === 'HTTPParserError') return 'malformed';
  if (code === 'UND_ERR_SOCKET' && messageOf(error).startsWith('bad ')) return 'malformed';
  // Before a head there is no length to fall short of: the head itself was wrong.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return hasHead ? 'closed' : 'malformed';
  return KIND_BY_CODE[code] ?? 'closed';
}

// Private

/** Nothing is read of a body that will be too large. A response to HEAD has a length, but no body. */
function isWithinLimits({ request, status, headers, body }: Call): boolean {
  if (isBodiless(request.method, status)) return true;
  const [length] = headerValues(headers, 'content-length');
  return body.announce(Number(length));
}

/**
 * The other side may close a kept connection just when it is used again: not a failure of the
 * version, so the request is sent once more, as the proxy does for users.
 */
function isWorthRetry(
  call: Call,
  connection: Connection,
  failure: FailureKind | 'unsendable',
): boolean {
  if (call.isRetry || connection.served === 0 || call.status !== 0) return false;
  return (failure === 'closed' || failure === 'reset') && isSafeMethod(call.request.method);
}
