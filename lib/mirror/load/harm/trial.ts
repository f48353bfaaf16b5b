import type { HarmFactors } from '../../../model/users/harm.ts';

/** A window is this long; at random, so that nothing periodic passes for an effect. */
const MIN_WINDOW_MS = 2500;
const MAX_WINDOW_MS = 5000;
/** The beginning of a window still shows the window before: what it left under way, the caches it filled. */
const WASHOUT_MS = 1000;
/** Users bear the windows with copies for at most so long. */
const MAX_COPYING_MS = 60_000;
const MAX_PAIRS = 12;
/** Responses in a window that say something. */
const MIN_RESPONSES = 3;
const ENOUGH_PAIRS = 5;
/** On the scale of logarithms: times that differ by less are the same. */
const ALIKE = Math.log(1.15);
/** Stakes of the bets on each pair, half of the fortune on each. */
const STAKES = [0.5, 0.95] as const;
/** Odds that copying is the cause; wrong in at most one of 50 innocent trials. */
const PROVEN = 50;
/** Odds from which on it is not worth to go on. */
const REFUTED = 0.5;

/** `caused`: copies slow users down. `not-caused`: users are as slow, or as fast, without copies. */
export type Finding = 'caused' | 'not-caused' | 'unproven';

interface Window {
  readonly isCopying: boolean;
  readonly startMs: number;
  readonly endMs: number;
  responses: number;
  score: number;
}

/**
 * A switchback experiment: windows with copies and without, in pairs whose order is drawn by lot, each of random
 * length. If copies did not matter, either window of a pair would be the slower one as often, so a bet on
 * `copying is slower` at even odds wins nothing in the long run: the fortune is an e-process, and 50 times the stake
 * is reached by chance once in 50 trials at most, whatever the host does meanwhile.
 */
export class Trial {
  readonly #random: () => number;
  readonly #fortunes: [number, number] = [1, 1];
  #window: Window;
  #first: Window | null = null;
  #isOpening = true;
  #pairs = 0;
  #telling = 0;
  #copyingMs = 0;
  readonly #sums = { copying: 0, pausing: 0 };
  finding: Finding | null = null;

  /** Begins with a pause, which belongs to no pair: users come first. */
  constructor(nowMs: number, random: () => number) {
    this.#random = random;
    const endMs = nowMs + MIN_WINDOW_MS;
    this.#window = { isCopying: false, startMs: nowMs, endMs, responses: 0, score: 0 };
  }

  get isCopying(): boolean {
    return this.#window.isCopying;
  }

  /** For how long copies were made since it began. */
  get copyingMs(): number {
    return this.#copyingMs;
  }

  get pairs(): number {
    return this.#telling;
  }

  get factors(): HarmFactors {
    const count = Math.max(1, this.#telling);
    return {
      copying: Math.exp(this.#sums.copying / count),
      pausing: Math.exp(this.#sums.pausing / count),
    };
  }

  /** A response that began and ended within a window shows what the window does. */
  observe(atMs: number, ms: number, score: number): void {
    const window = this.#window;
    if (atMs < window.startMs + WASHOUT_MS || atMs + ms >= window.endMs) return;
    window.responses++;
    window.score += score;
  }

  /** Goes on to the next window when it is time. */
  tick(nowMs: number): void {
    if (this.finding !== null || nowMs < this.#window.endMs) return;
    const ended = this.#window;
    if (ended.isCopying) this.#copyingMs += nowMs - ended.startMs;
    if (this.#isOpening) this.#isOpening = false;
    else if (this.#first === null) this.#first = ended;
    else {
      this.#conclude(this.#first, ended);
      this.#first = null;
    }
    if (this.finding === null) this.#begin(nowMs);
  }

  // Private

  #begin(nowMs: number): void {
    const isCopying = this.#first === null ? this.#random() < 0.5 : !this.#first.isCopying;
    const length = MIN_WINDOW_MS + this.#random() * (MAX_WINDOW_MS - MIN_WINDOW_MS);
    this.#window = { isCopying, startMs: nowMs, endMs: nowMs + length, responses: 0, score: 0 };
  }

  #conclude(one: Window, other: Window): void {
    this.#pairs++;
    const [copying, pausing] = one.isCopying ? [one, other] : [other, one];
    if (copying.responses >= MIN_RESPONSES && pausing.responses >= MIN_RESPONSES) {
      this.#bet(copying.score / copying.responses, pausing.score / pausing.responses);
    }
    this.finding = this.#verdict();
  }

  #bet(copying: number, pausing: number): void {
    this.#telling++;
    this.#sums.copying += copying;
    this.#sums.pausing += pausing;
    const difference = copying - pausing;
    const sign = Math.abs(difference) < ALIKE ? 0 : Math.sign(difference);
    for (const [index, stake] of STAKES.entries()) {
      this.#fortunes[index as 0 | 1] *= 1 + stake * sign;
    }
  }

  #verdict(): Finding | null {
    const odds = (this.#fortunes[0] + this.#fortunes[1]) / STAKES.length;
    if (odds >= PROVEN) return 'caused';
    const { copying, pausing } = this.factors;
    const isAlike = Math.abs(Math.log(copying / pausing)) < ALIKE;
    if (this.#telling >= ENOUGH_PAIRS && (odds <= REFUTED || (odds <= 2 && isAlike))) {
      return 'not-caused';
    }
    const isOver = this.#pairs >= MAX_PAIRS || this.#copyingMs + MAX_WINDOW_MS > MAX_COPYING_MS;
    return isOver ? 'unproven' : null;
  }
}
