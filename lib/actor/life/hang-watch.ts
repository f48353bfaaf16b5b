/**
 * Sees what runs too long. One timer per busy actor that looks again when it fires, instead of one
 * timer per message.
 */
export class HangWatch {
  readonly #now: () => number;
  readonly #limitMs: number;
  readonly #onHung: () => void;
  #hung = false;
  #sinceMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number, limitMs: number, onHung: () => void) {
    this.#now = now;
    this.#limitMs = limitMs;
    this.#onHung = onHung;
  }

  /** What began last has passed the limit and has not ended. */
  get hung(): boolean {
    return this.#hung;
  }

  begin(sinceMs: number): void {
    this.#sinceMs = sinceMs;
    if (this.#timer === undefined) this.#arm(this.#limitMs);
  }

  end(): void {
    this.#hung = false;
    this.#sinceMs = undefined;
  }

  close(): void {
    this.end();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  // Private

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#look(), Math.min(delayMs, 2 ** 31 - 1)).unref();
  }

  #look(): void {
    this.#timer = undefined;
    if (this.#sinceMs === undefined) return;
    const leftMs = this.#limitMs - (this.#now() - this.#sinceMs);
    if (leftMs > 0) this.#arm(leftMs + 1);
    else {
      this.#sinceMs = undefined;
      this.#hung = true;
      this.#onHung();
    }
  }
}
