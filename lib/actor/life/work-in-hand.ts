import { type Envelope, typeOf } from '../mail/envelope.ts';

/** The message that an incarnation handles now, or its start, with a watch for what runs too long. */
export class WorkInHand {
  readonly #now: () => number;
  readonly #hangWatch: HangWatch;
  #envelope: Envelope | undefined;
  #sinceMs = 0;

  /** `onHung` is called once for work that runs longer than `limitMs`. */
  constructor(now: () => number, limitMs: number, onHung: () => void) {
    this.#now = now;
    this.#hangWatch = new HangWatch(now, limitMs, onHung);
  }

  get envelope(): Envelope | undefined {
    return this.#envelope;
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  get hung(): boolean {
    return this.#hangWatch.hung;
  }

  /** Takes a message, or (undefined) the start, in hand. */
  take(envelope: Envelope | undefined): void {
    this.#envelope = envelope;
    this.#sinceMs = this.#now();
  }

  /** The work goes on after this turn: watches for a hang from here on. */
  goesOn(): void {
    this.#hangWatch.begin(this.#sinceMs);
  }

  /** The work has ended. */
  release(): void {
    this.#envelope = undefined;
    this.#hangWatch.end();
  }

  close(): void {
    this.#hangWatch.close();
  }

  /** The type of the message in hand, else `otherwise`. */
  typeOr(otherwise: string): string {
    return this.#envelope === undefined ? otherwise : typeOf(this.#envelope.message);
  }
}

// Private

/**
 * Sees what runs too long. One timer per busy actor, which checks again when it fires, instead of
 * one timer per message.
 */
class HangWatch {
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

  #arm(delayMs: number): void {
    this.#timer = setTimeout(() => this.#check(), Math.min(delayMs, 2 ** 31 - 1)).unref();
  }

  #check(): void {
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
