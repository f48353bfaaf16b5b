/** A process is checked at this interval. */
const CHECK_MS = 1000;
/** Checks in a row without a message after which it is stuck. It sends one every second. */
const SILENT_CHECKS_MAX = 10;
/** Checks without a confirmation that is due. */
const UNCONFIRMED_CHECKS_MAX = 5;
/** Loading may take long on a busy host. */
const STARTING_CHECKS_MAX = 30;

/**
 * Finds a process that lives but does not work. Counts checks, not time: while this process was
 * stopped or busy itself, the other one is not to blame.
 */
export class Heartbeat {
  readonly #onStuck: (text: string) => void;
  readonly #timer: NodeJS.Timeout;
  #isStarting = true;
  #silentChecks = 0;
  /** Confirmations that are due, oldest first, and the checks since the oldest. */
  #expected: string[] = [];
  #unconfirmedChecks = 0;

  constructor(onStuck: (text: string) => void) {
    this.#onStuck = onStuck;
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
  }

  started(): void {
    this.#isStarting = false;
  }

  /** A message came. */
  beat(): void {
    this.#silentChecks = 0;
  }

  expect(what: string): void {
    this.#expected.push(what);
  }

  /** The oldest confirmation that was due has come. */
  confirmed(): void {
    this.#expected.shift();
    this.#unconfirmedChecks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // Private

  #check(): void {
    this.#silentChecks++;
    const limit = this.#isStarting ? STARTING_CHECKS_MAX : SILENT_CHECKS_MAX;
    if (this.#silentChecks >= limit) return this.#stuck(`it was silent for ${seconds(limit)} s`);
    const [what] = this.#expected;
    if (what === undefined || this.#isStarting) return;
    this.#unconfirmedChecks++;
    if (this.#unconfirmedChecks < UNCONFIRMED_CHECKS_MAX) return;
    this.#stuck(`it did not confirm ${what} for ${seconds(UNCONFIRMED_CHECKS_MAX)} s`);
  }

  #stuck(text: string): void {
    this.stop();
    this.#onStuck(text);
  }
}

function seconds(checks: number): number {
  return (checks * CHECK_MS) / 1000;
}
