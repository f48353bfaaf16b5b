import { ViliError } from '../../errors.ts';

/** The longest delay Node's timers hold; a longer one would fire at once. */
const DELAY_MAX_MS = 2 ** 31 - 1;

/** Timers that end together. None of them keeps the process alive. */
export class Timers {
  readonly #cancels = new Set<() => void>();
  #closed = false;

  /** Returns the way to cancel it. Throws a ViliError (`VILI_TIMER`) for a delay that is not 0 or more. */
  after(ms: number, run: () => void): () => void {
    const delayMs = checked(ms);
    if (this.#closed) return () => {};
    const timer = setTimeout(() => {
      this.#cancels.delete(cancel);
      run();
    }, delayMs).unref();
    const cancel = (): void => {
      clearTimeout(timer);
      this.#cancels.delete(cancel);
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  every(ms: number, run: () => void): () => void {
    const delayMs = checked(ms);
    if (this.#closed) return () => {};
    const timer = setInterval(run, delayMs).unref();
    const cancel = (): void => {
      clearInterval(timer);
      this.#cancels.delete(cancel);
    };
    this.#cancels.add(cancel);
    return cancel;
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#cancels) cancel();
  }
}

// Private

function checked(ms: number): number {
  if (!(ms >= 0)) throw new ViliError('VILI_TIMER', `timer delay ${ms} ms is not 0 or more`);
  return Math.min(ms, DELAY_MAX_MS);
}
