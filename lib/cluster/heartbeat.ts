import { Watchdog } from '../runtime/watchdog.ts';

/** A process is checked at this interval. */
const CHECK_MS = 1000;
/** A process without a message for this long is stuck. It sends one every second. */
const SILENT_MS = 10_000;
/** Loading may take long on a busy host. */
const STARTING_MS = 30_000;
const CONFIRMATION_MS = 5000;

/** Finds a process that lives but does not work: it is silent, or does not confirm what it got. */
export class Heartbeat {
  readonly #silence: Watchdog;
  readonly #confirmation: Watchdog;
  /** Confirmations that are due, oldest first. */
  readonly #due: string[] = [];
  #silentMs = STARTING_MS;

  constructor(onStuck: (text: string) => void) {
    const stuck = (text: string): void => {
      this.stop();
      onStuck(text);
    };
    this.#silence = new Watchdog(CHECK_MS, (ms) => stuck(`it was silent for ${ms / 1000} s`));
    this.#confirmation = new Watchdog(CHECK_MS, (ms) =>
      stuck(`it did not confirm ${this.#due[0]} for ${ms / 1000} s`),
    );
    this.beat();
  }

  started(): void {
    this.#silentMs = SILENT_MS;
    this.beat();
    this.#awaitConfirmation();
  }

  /** A message came. */
  beat(): void {
    this.#silence.expect(this.#silentMs);
  }

  expect(what: string): void {
    this.#due.push(what);
    if (this.#due.length === 1) this.#awaitConfirmation();
  }

  /** The oldest confirmation that was due has come. */
  confirmed(): void {
    this.#due.shift();
    this.#awaitConfirmation();
  }

  stop(): void {
    this.#silence.stop();
    this.#confirmation.stop();
  }

  // Private

  /** A process that starts has time until it is ready. */
  #awaitConfirmation(): void {
    const isDue = this.#due.length > 0 && this.#silentMs === SILENT_MS;
    if (isDue) this.#confirmation.expect(CONFIRMATION_MS);
    else this.#confirmation.stop();
  }
}
