import { threadTime } from './thread-time.ts';

/** Timers of the runtime may fire this much early. */
const SLACK_MS = 1;

/**
 * A timeout that counts only time in which its thread ran, and that lets everything be read which has arrived
 * before it fires: timers come before input in a turn of the event loop, so that after a standstill a plain
 * timeout would end what succeeded long ago.
 */
export class PatientTimer {
  readonly #onDue: () => void;
  #dueMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #turn: NodeJS.Immediate | undefined;
  readonly #holdsProcess: boolean;

  /** `holdsProcess`: whether the process stays alive for it. */
  constructor(onDue: () => void, { holdsProcess = true } = {}) {
    this.#onDue = onDue;
    this.#holdsProcess = holdsProcess;
  }

  /** Starts, or starts over. */
  start(ms: number): this {
    this.stop();
    this.#dueMs = threadTime.now() + ms;
    this.#arm(ms);
    return this;
  }

  stop(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#turn);
    this.#timer = undefined;
    this.#turn = undefined;
  }

  // Private

  #arm(ms: number): void {
    this.#timer = setTimeout(this.#elapsed, ms);
    if (!this.#holdsProcess) this.#timer.unref();
  }

  readonly #elapsed = (): void => {
    this.#turn = setImmediate(this.#check);
  };

  readonly #check = (): void => {
    this.#turn = undefined;
    const leftMs = this.#dueMs - threadTime.now();
    if (leftMs > SLACK_MS) this.#arm(Math.ceil(leftMs));
    else this.#onDue();
  };
}

/** Calls back after this much time in which the thread ran. */
export function patientTimeout(ms: number, onDue: () => void): PatientTimer {
  return new PatientTimer(onDue).start(ms);
}
