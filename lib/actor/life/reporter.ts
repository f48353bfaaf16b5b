import type { ActorEvent, Crashed } from '../events.ts';
import { type Envelope, typeOf } from '../mail/envelope.ts';
import type { Runtime } from '../runtime.ts';

/** One incarnation as those above it see it. */
export interface Life {
  /** Counts up from 1 with every start. */
  readonly number: number;
  /** Undefined when it never got up. */
  readonly upSinceMs: number | undefined;
}

/** An event of one incarnation; path, time and incarnation are filled in. */
export type Report<E = ActorEvent> = E extends { readonly incarnation: number }
  ? Omit<E, 'atMs' | 'path' | 'incarnation'>
  : never;

/** Reports what happens to one actor: events, and the messages that it handled. */
export class Reporter {
  readonly #runtime: Runtime;
  readonly #path: string;
  #captures: boolean;

  constructor(runtime: Runtime, path: string) {
    this.#runtime = runtime;
    this.#path = path;
    this.#captures = runtime.captured.has(path);
  }

  /** Switches whether the actor's messages go into the trace as text. */
  capture(on: boolean): void {
    this.#captures = on;
  }

  report(report: Report, life: Life): void {
    const about = { atMs: this.#runtime.now(), path: this.#path, incarnation: life.number };
    this.#runtime.emit({ ...report, ...about });
  }

  crash(life: Life, during: Crashed['during'], error: unknown, envelope?: Envelope): void {
    const messageType = envelope === undefined ? undefined : typeOf(envelope.message);
    const correlation = envelope?.correlation;
    this.report({ type: 'crashed', during, messageType, correlation, error }, life);
  }

  handled(envelope: Envelope, sinceMs: number, outcome: 'ok' | 'crash'): void {
    const { message, from, correlation, sentAtMs } = envelope;
    const handledMs = this.#runtime.now() - sinceMs;
    const payload = this.#captures ? message : undefined;
    const waitMs = sinceMs - sentAtMs;
    const type = typeOf(message);
    const { trace } = this.#runtime;
    trace.write(sentAtMs, from, this.#path, type, correlation, waitMs, handledMs, outcome, payload);
  }
}
