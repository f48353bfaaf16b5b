import type { ThreadLoad } from './thread-load.ts';

/** The load is polled at this interval. */
export const POLL_MS = 25;
/** Polls in a row that must find the thread busy: a burst is not a reason to drop copies. */
const POLLS_TO_SHED = 6;
/** Polls in a row that must find the thread calm before more copies are made. */
const POLLS_TO_RECOVER = 4;
/** Doubles up to this limit each time that more copies turn out to be too many. */
const POLLS_TO_RECOVER_MAX = 128;
/** The share falls faster than it rises: users come first. */
const FALL = 1 / 4;
const RISE = 2;
/** The smallest share of the copies that is still made, so that evidence keeps coming. */
const SHARE_MIN = 1 / 64;
/** With many users even fewer are enough: a verdict takes about a thousand copies. */
const ENOUGH_PER_SECOND = 25;
/**
 * Requests that are copied in a row when not all are: waking the mirror worker for a single copy
 * takes four times the processor time, and testing gets them in bursts, as running did.
 */
const RUN_LENGTH = 10;
/** Weight of one poll in the rate of offered copies. */
const RATE_WEIGHT = 0.1;
/** A thread that waits this long for a processor while it has much to do needs the whole host. */
const WAITING_LIMIT = 0.25;
const MUCH_TO_DO = 0.7;
/** Below this share of the limit more copies are made again. */
const CALM = 0.85;
/** Below this share the rush is over, and what was learned from it is forgotten. */
const AT_REST = 0.5;

/**
 * Leaves out copies while the event loop that serves users has no time left: making and comparing a
 * copy costs about as much as serving a user. The share of copies falls quickly under load and rises
 * slowly without it, more slowly the longer rises do not last. Which copies are left out does not
 * depend on their content.
 */
export class LoadShedder {
  readonly #limit: number;
  #share = 1;
  #busyPolls = 0;
  #calmPolls = 0;
  #pollsToRecover = POLLS_TO_RECOVER;
  #hasRisen = false;
  #credit = 0;
  /** Copies left of the run that is being made. */
  #run = 0;
  #offers = 0;
  #offersPerSecond = 0;

  /** `limit`: share of the time the thread may be busy, 0 to 1; 1 never sheds. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Call it every `POLL_MS` with the load since the previous call. */
  update({ busy, waiting }: ThreadLoad): void {
    if (this.#limit >= 1) return;
    const perSecond = (this.#offers * 1000) / POLL_MS;
    this.#offersPerSecond += (perSecond - this.#offersPerSecond) * RATE_WEIGHT;
    this.#offers = 0;
    const isStarved = waiting >= WAITING_LIMIT && busy >= MUCH_TO_DO;
    const isBusy = busy >= this.#limit || isStarved;
    const isCalm = busy < this.#limit * CALM && !isStarved;
    this.#busyPolls = isBusy ? this.#busyPolls + 1 : 0;
    this.#calmPolls = isCalm ? this.#calmPolls + 1 : 0;
    if (busy < this.#limit * AT_REST) this.#pollsToRecover = POLLS_TO_RECOVER;
    if (this.#busyPolls >= POLLS_TO_SHED) this.#fall();
    if (this.#calmPolls >= this.#pollsToRecover) this.#rise();
  }

  /** Whether copies are left out now. */
  get isShedding(): boolean {
    return this.#share < 1;
  }

  /** Whether the next copy is made, according to the share, in runs of `RUN_LENGTH`. */
  admits(): boolean {
    this.#offers += 1;
    if (this.#share === 1) return true;
    this.#credit += this.#share;
    if (this.#run === 0) {
      if (this.#credit < RUN_LENGTH) return false;
      this.#run = RUN_LENGTH;
    }
    this.#run -= 1;
    this.#credit -= 1;
    return true;
  }

  // Private

  #fall(): void {
    if (this.#hasRisen) {
      this.#pollsToRecover = Math.min(this.#pollsToRecover * 2, POLLS_TO_RECOVER_MAX);
    }
    this.#hasRisen = false;
    const enough = ENOUGH_PER_SECOND / Math.max(1, this.#offersPerSecond);
    this.#share = Math.max(Math.min(SHARE_MIN, enough), this.#share * FALL);
  }

  #rise(): void {
    this.#calmPolls = 0;
    this.#hasRisen = this.isShedding;
    this.#share = Math.min(1, this.#share * RISE);
  }
}
