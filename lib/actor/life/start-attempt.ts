import { ActorStopped } from '../errors.ts';

/** A start that can be failed from outside, while the code that starts is still at it. */
export class StartAttempt {
  readonly #failed: Promise<never>;
  #fail: ((error: unknown) => void) | undefined;

  constructor() {
    this.#failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // Nobody waits for it when the start is abandoned.
    this.#failed.catch(() => {});
  }

  /** Ends with `starting` or with the first failure, whichever comes first. */
  async of(starting: Promise<void>): Promise<void> {
    await Promise.race([starting, this.#failed]);
  }

  fail(error: unknown): void {
    this.#fail?.(error);
  }

  /** The actor at `path` is ended instead. */
  cancel(path: string): void {
    this.fail(new ActorStopped(path, 'was ended while it started'));
  }
}
