import type { ActorEvent } from '../events.ts';
import type { Trace } from '../trace.ts';
import { type DeadReason, type Envelope, typeOf } from './envelope.ts';

export const DEFAULT_LOGGED_PER_WINDOW = 10;
export const DEFAULT_WINDOW_MS = 60_000;
/** Recipients counted by name; the letters of all others are counted under `OTHERS`. */
export const RECIPIENTS_MAX = 1000;
export const OTHERS = '(others)';

export interface DeadLetterSettings {
  /** Letters to one recipient reported in full within a window. Default 10. */
  readonly logged?: number;
  /** Default 60,000. */
  readonly windowMs?: number;
}

export interface DeadLetterCounts {
  readonly total: number;
  readonly byRecipient: ReadonlyMap<string, number>;
}

/** Counts messages that could not be handled; reports the first ones, and the rest as a number. */
export class DeadLetters {
  readonly #now: () => number;
  readonly #emit: (event: ActorEvent) => void;
  readonly #trace: Trace;
  readonly #logged: number;
  readonly #windowMs: number;
  readonly #byRecipient = new Map<string, number>();
  readonly #inWindow = new Map<string, number>();
  #total = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    now: () => number,
    trace: Trace,
    emit: (event: ActorEvent) => void,
    settings: DeadLetterSettings = {},
  ) {
    this.#now = now;
    this.#trace = trace;
    this.#emit = emit;
    this.#logged = settings.logged ?? DEFAULT_LOGGED_PER_WINDOW;
    this.#windowMs = settings.windowMs ?? DEFAULT_WINDOW_MS;
  }

  bury(envelope: Envelope, path: string, reason: DeadReason): void {
    const { from, correlation, sentAtMs } = envelope;
    const atMs = this.#now();
    const messageType = typeOf(envelope.message);
    const outcome = reason === 'mailbox-full' ? 'dropped' : 'dead';
    this.#trace.write(sentAtMs, from, path, messageType, correlation, atMs - sentAtMs, 0, outcome);
    const recipient = this.#count(path);
    const count = (this.#inWindow.get(recipient) ?? 0) + 1;
    this.#inWindow.set(recipient, count);
    if (!this.#closed) this.#timer ??= setTimeout(() => this.flush(), this.#windowMs).unref();
    if (count > this.#logged) return;
    this.#emit({ type: 'dead-letter', atMs, path, from, messageType, correlation, reason });
  }

  counts(): DeadLetterCounts {
    return { total: this.#total, byRecipient: new Map(this.#byRecipient) };
  }

  /** Ends the window: reports how many letters were not reported one by one. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ended = [...this.#inWindow];
    this.#inWindow.clear();
    for (const [path, count] of ended) {
      const unreported = count - this.#logged;
      if (unreported <= 0) continue;
      this.#emit({ type: 'dead-letters', atMs: this.#now(), path, count: unreported });
    }
  }

  /** Ends the last window; later letters are counted, and reported up to the limit. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  // Private

  #count(path: string): string {
    this.#total += 1;
    const known = this.#byRecipient.has(path) || this.#byRecipient.size < RECIPIENTS_MAX;
    const recipient = known ? path : OTHERS;
    this.#byRecipient.set(recipient, (this.#byRecipient.get(recipient) ?? 0) + 1);
    return recipient;
  }
}
