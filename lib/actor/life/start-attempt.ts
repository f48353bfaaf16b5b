/** A start that can be failed from outside, while the code that starts is still at it. */
export class StartAttempt {
  readonly #failed: Promise<never>;
  #fail: ((error: unknown) => void) | undefined;

  constructor() {
    this.#failed = new Promise((_resolve, reject) => {
      this.#fail = reject;
    });
    // Nobody need wait for it when the start is abandoned.
    this.#failed.catch(() => {});
  }

  /** Ends with `starting` or with the first failure, whichever comes first. */
  async of(starting: Promise<void>): Promise<void> {
    await Promise.race([starting, this.#failed]);
  }

  fail(error: unknown): void {
    this.#fail?.(error);
  }
}
