/** A process is looked at this often. */
const LOOK_MS = 1000;
/** So many looks in a row without a word: it is stuck. It says something once a second. */
const SILENT_LOOKS_MAX = 10;
/** So many looks without the confirmation of what it was told. */
const OWING_LOOKS_MAX = 5;
/** Loading may take long on a busy host. */
const STARTING_LOOKS_MAX = 30;

/**
 * Finds a process that lives but does not work. Counts looks, not time: while this process was stopped
 * or busy itself, the other one is not to blame.
 */
export class Heartbeat {
  readonly #onStuck: (text: string) => void;
  readonly #timer: NodeJS.Timeout;
  #isStarting = true;
  #silentLooks = 0;
  /** What it was told and has not confirmed, oldest first, and the looks since. */
  #owed: string[] = [];
  #owingLooks = 0;

  constructor(onStuck: (text: string) => void) {
    this.#onStuck = onStuck;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  started(): void {
    this.#isStarting = false;
  }

  seen(): void {
    this.#silentLooks = 0;
  }

  expect(what: string): void {
    this.#owed.push(what);
  }

  /** The oldest of what was expected has come. */
  fulfilled(): void {
    this.#owed.shift();
    this.#owingLooks = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // Private

  #look(): void {
    this.#silentLooks++;
    const limit = this.#isStarting ? STARTING_LOOKS_MAX : SILENT_LOOKS_MAX;
    if (this.#silentLooks >= limit) return this.#stuck(`it was silent for ${seconds(limit)} s`);
    const [owed] = this.#owed;
    if (owed === undefined || this.#isStarting) return;
    this.#owingLooks++;
    if (this.#owingLooks < OWING_LOOKS_MAX) return;
    this.#stuck(`it did not confirm ${owed} for ${seconds(OWING_LOOKS_MAX)} s`);
  }

  #stuck(text: string): void {
    this.stop();
    this.#onStuck(text);
  }
}

function seconds(looks: number): number {
  return (looks * LOOK_MS) / 1000;
}
