import type { ActorEvent } from '../../lib/actor/index.ts';
import { messageOf, ViliError } from '../../lib/errors.ts';

/** A first failure may pass (a port that was just released); a repeated one hardly goes away. */
const FAILURES_MAX = 3;
const TOP_LEVEL = /^\/vili\/[^/]+$/;

/**
 * While Vili starts, an actor at the top that cannot be started aborts the start with its reason: a
 * person is there to read it. Later the same failure only delays that actor.
 */
export class Startup {
  readonly failed: Promise<never>;
  #fail: ((error: ViliError) => void) | null = null;
  #lastError: unknown = null;

  constructor() {
    this.failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // Between two actors nobody awaits it.
    this.failed.catch(() => undefined);
  }

  see(event: ActorEvent): void {
    if (this.#fail === null || !('path' in event) || !TOP_LEVEL.test(event.path)) return;
    if (event.type === 'crashed') this.#lastError = event.error;
    if (event.type !== 'backoff' || event.failures < FAILURES_MAX) return;
    const text = `${event.path} cannot be started: ${messageOf(this.#lastError)}`;
    this.#fail(new ViliError('VILI_START_FAILED', text, { cause: this.#lastError }));
  }

  /** Vili has started, or has aborted the start. */
  done(): void {
    this.#fail = null;
  }
}
