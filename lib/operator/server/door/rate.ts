import { BoundedMap } from '../../../model/bounded-map.ts';

const ADDRESSES_MAX = 1000;

/** So many at once, and so many a second in the long run. */
export class Rate {
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #now: () => number;
  #left: number;
  #atMs: number;

  constructor(burst: number, perSecond: number, now: () => number) {
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#now = now;
    this.#left = burst;
    this.#atMs = now();
  }

  /** Whether there is room for one more, without taking it. */
  get isOpen(): boolean {
    this.#refill();
    return this.#left >= 1;
  }

  /** Takes one; false when there is none. */
  take(): boolean {
    if (!this.isOpen) return false;
    this.#left -= 1;
    return true;
  }

  #refill(): void {
    const nowMs = this.#now();
    const more = ((nowMs - this.#atMs) / 1000) * this.#perSecond;
    this.#left = Math.min(this.#burst, this.#left + Math.max(0, more));
    this.#atMs = nowMs;
  }
}

/** A rate for each address; of very many addresses, those seen longest ago begin anew. */
export class RateByAddress {
  readonly #rates = new BoundedMap<string, Rate>(ADDRESSES_MAX);
  readonly #create: () => Rate;

  constructor(burst: number, perSecond: number, now: () => number) {
    this.#create = () => new Rate(burst, perSecond, now);
  }

  of(address: string): Rate {
    const known = this.#rates.use(address);
    if (known !== undefined) return known;
    const rate = this.#create();
    this.#rates.set(address, rate);
    return rate;
  }
}
