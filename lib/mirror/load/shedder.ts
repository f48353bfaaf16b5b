import type { ThreadLoad } from './thread-load.ts';

/** The load is looked at this often. */
export const LOOK_MS = 25;
/** So many looks in a row must find the thread busy: a burst is no reason to drop copies. */
const LOOKS_TO_SHED = 6;
/** So many in a row must find it calm before more copies are made. */
const LOOKS_TO_RECOVER = 4;
/** Each time that more copies turn out to be too many it takes twice as long, at most so long. */
const LOOKS_TO_RECOVER_MAX = 128;
/** The share falls faster than it rises: users come first. */
const FALL = 1 / 4;
const RISE = 2;
/** The smallest part of the copies that is still made, so that evidence keeps coming. */
const SHARE_MIN = 1 / 64;
/** Of many users even less is enough: a verdict takes about a thousand copies. */
const ENOUGH_PER_SECOND = 25;
/**
 * So many requests in a row are copied when not all are: waking the thread that compares for a single one
 * takes four times the processor time, and testing gets them one upon another, as running did.
 */
const RUN_LENGTH = 10;
/** How much one look says about how many copies there would be. */
const RATE_WEIGHT = 0.1;
/** Waiting for a processor so long while it has much to do, the thread needs the whole host. */
const WAITING_LIMIT = 0.25;
const MUCH_TO_DO = 0.7;
/** Below this part of the limit more copies are made again. */
const CALM = 0.85;
/** Below this one the rush is over, and what was learned of it is forgotten. */
const AT_REST = 0.5;

/**
 * Gives up copies while the users' thread has no time left: making and comparing one costs about as much
 * as serving a user. The share falls quickly while it is busy and rises slowly when it is not, ever more
 * slowly as long as rises do not last. Which copies are left out has nothing to do with what they are about.
 */
export class LoadShedder {
  readonly #limit: number;
  #share = 1;
  #busyLooks = 0;
  #calmLooks = 0;
  #looksToRecover = LOOKS_TO_RECOVER;
  #hasRisen = false;
  #credit = 0;
  /** Left of the run of copies that is being made. */
  #run = 0;
  #offers = 0;
  #offersPerSecond = 0;

  /** `limit`: part of the time the thread may be busy, 0 to 1; 1 never sheds. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** To be called every `LOOK_MS` with what the thread has done since. */
  look({ busy, waiting }: ThreadLoad): void {
    if (this.#limit >= 1) return;
    const perSecond = (this.#offers * 1000) / LOOK_MS;
    this.#offersPerSecond += (perSecond - this.#offersPerSecond) * RATE_WEIGHT;
    this.#offers = 0;
    const isStarved = waiting >= WAITING_LIMIT && busy >= MUCH_TO_DO;
    const isBusy = busy >= this.#limit || isStarved;
    const isCalm = busy < this.#limit * CALM && !isStarved;
    this.#busyLooks = isBusy ? this.#busyLooks + 1 : 0;
    this.#calmLooks = isCalm ? this.#calmLooks + 1 : 0;
    if (busy < this.#limit * AT_REST) this.#looksToRecover = LOOKS_TO_RECOVER;
    if (this.#busyLooks >= LOOKS_TO_SHED) this.#fall();
    if (this.#calmLooks >= this.#looksToRecover) this.#rise();
  }

  /** Whether copies are left out now. */
  get isShedding(): boolean {
    return this.#share < 1;
  }

  /** Whether the next copy is made: as many of them as the share says, in runs of `RUN_LENGTH`. */
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
      this.#looksToRecover = Math.min(this.#looksToRecover * 2, LOOKS_TO_RECOVER_MAX);
    }
    this.#hasRisen = false;
    const enough = ENOUGH_PER_SECOND / Math.max(1, this.#offersPerSecond);
    this.#share = Math.max(Math.min(SHARE_MIN, enough), this.#share * FALL);
  }

  #rise(): void {
    this.#calmLooks = 0;
    this.#hasRisen = this.isShedding;
    this.#share = Math.min(1, this.#share * RISE);
  }
}
