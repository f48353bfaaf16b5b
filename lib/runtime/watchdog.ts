/**
 * Finds a thread or a process that lives but does not work. Counts checks, not time: while this
 * process was suspended or busy itself, the other one is not to blame.
 */
export class Watchdog {
  readonly #checkMs: number;
  readonly #onStuck: (limitMs: number) => void;
  #timer: NodeJS.Timeout | null = null;
  #limitMs = 0;
  #checksLeft = 0;

  /** `onStuck` gets the limit that was exceeded. */
  constructor(checkMs: number, onStuck: (limitMs: number) => void) {
    this.#checkMs = checkMs;
    this.#onStuck = onStuck;
  }

  /** The next sign of life must come within `limitMs`; replaces the limit that was set before. */
  expect(limitMs: number): void {
    this.#limitMs = limitMs;
    this.#checksLeft = Math.max(1, Math.ceil(limitMs / this.#checkMs));
    this.#timer ??= setInterval(() => this.#check(), this.#checkMs).unref();
  }

  /** Nothing is expected until the next `expect`. */
  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  // Private

  #check(): void {
    this.#checksLeft--;
    if (this.#checksLeft > 0) return;
    this.stop();
    this.#onStuck(this.#limitMs);
  }
}
