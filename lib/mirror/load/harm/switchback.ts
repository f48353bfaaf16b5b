import { type Harm, NO_HARM } from '../../../model/users/harm.ts';
import type { Cost, UsualPace } from './pace.ts';
import { type Mean, RecentCosts } from './sums.ts';
import { Trial } from './trial.ts';

/** Running is suspected to suffer from the test: as much slower over a few seconds, in both respects. */
const SHORT_MS = [5000, 30_000] as const;
const SHORT_RESPONSES = 10;
const SHORT_LIMITS = [
  { score: Math.log(2), extraMs: 20 },
  { score: Math.log(4), extraMs: 8 },
] as const;
/** Less of it over a minute is suspicious, too. */
const LONG_MS = 60_000;
const LONG_RESPONSES = 200;
const LONG_LIMIT = { score: Math.log(1.4), extraMs: 10 } as const;
/** Fewer copies are tried, each time one in so many, down to the last. */
const CUT = 4;
const LEAST_SHARE = 1 / 64;
/** How long a smaller share is tried; at least so many responses, for at most so long. */
const CHECK_MS = 8000;
const CHECK_RESPONSES = 5;
const CHECK_MAX_MS = 30_000;
const WASHOUT_MS = 1000;
/** Users are not hurt where they are slowed down by less than this against the windows without copies. */
const HARMLESS = Math.log(1.25);
/** The share that is left where nothing could be proven. */
const UNPROVEN_SHARE = 1 / 16;
/** After an innocent test the next trial waits, twice as long each time. */
const PEACE_MS = 300_000;
const MAX_PEACE_MS = 3_600_000;

/** One response of running to a user. */
export interface UserResponse {
  readonly endpoint: string;
  readonly atMs: number;
  readonly ms: number;
  readonly failed: boolean;
}

/**
 * Ends the harm that a test does to users. Pure: fed with running's responses and the time, it says which share of
 * the copies is made. `isTimed` false: only failures count, since the times of this host say nothing.
 */
export class Switchback {
  readonly #pace: UsualPace;
  readonly #random: () => number;
  readonly #isTimed: boolean;
  readonly #recent = new RecentCosts();
  #trial: Trial | null = null;
  #harm: Harm = NO_HARM;
  #peaceUntilMs = Number.NEGATIVE_INFINITY;
  #peaceMs = PEACE_MS;
  #checkSinceMs = 0;
  /** The score of the windows without copies. */
  #still = 0;

  constructor(pace: UsualPace, random: () => number, isTimed: boolean) {
    this.#pace = pace;
    this.#random = random;
    this.#isTimed = isTimed;
  }

  get harm(): Harm {
    return this.#harm;
  }

  /** The share of the copies to make now. */
  get share(): number {
    const trial = this.#trial;
    return trial === null || trial.isCopying ? this.#harm.share : 0;
  }

  observe({ endpoint, atMs, ms, failed }: UserResponse): void {
    const cost = this.#costOf(endpoint, ms, failed);
    if (cost === null) return;
    this.#recent.add(atMs + ms, cost);
    this.#trial?.observe(atMs, ms, cost.score);
  }

  /** Call it a few times per second. */
  tick(nowMs: number): void {
    const { state } = this.#harm;
    if (state === 'trying') this.#try(nowMs);
    else if (state === 'cutting') this.#check(nowMs);
    else if (state === 'watching' || state === 'reduced') this.#watch(nowMs);
  }

  // Private

  #costOf(endpoint: string, ms: number, failed: boolean): Cost | null {
    const cost = this.#pace.costOf(endpoint, ms, failed);
    return cost === null || this.#isTimed || failed ? cost : { score: 0, extraMs: 0 };
  }

  #watch(nowMs: number): void {
    if (nowMs < this.#peaceUntilMs || !this.#isSuspicious(nowMs)) return;
    if (this.#harm.state === 'reduced') return this.#cut(nowMs);
    this.#harm = { ...this.#harm, state: 'trying' };
    this.#trial = new Trial(nowMs, this.#random);
  }

  #isSuspicious(nowMs: number): boolean {
    const isOver = (limit: { score: number; extraMs: number }, mean: Mean): boolean =>
      mean.score - this.#still >= limit.score && mean.extraMs >= limit.extraMs;
    for (const forMs of SHORT_MS) {
      const short = this.#recent.mean(nowMs, forMs);
      const isEnough = short.responses >= SHORT_RESPONSES;
      if (isEnough && SHORT_LIMITS.some((limit) => isOver(limit, short))) return true;
    }
    const long = this.#recent.mean(nowMs, LONG_MS);
    return long.responses >= LONG_RESPONSES && isOver(LONG_LIMIT, long);
  }

  #try(nowMs: number): void {
    const trial = this.#trial;
    trial?.tick(nowMs);
    if (trial === null || trial.finding === null) return;
    this.#trial = null;
    this.#recent.clear();
    const { factors, pairs } = trial;
    if (trial.finding === 'unproven') {
      this.#harm = { state: 'unproven', share: UNPROVEN_SHARE, factors, pairs };
    } else if (trial.finding === 'caused') {
      this.#still = Math.log(factors.pausing);
      this.#harm = { state: 'cutting', share: 1, factors, pairs };
      this.#cut(nowMs);
    } else {
      // Whatever it is, it is usual for now.
      this.#pace.shift(Math.max(0, Math.log(factors.pausing)));
      this.#harm = NO_HARM;
      this.#peaceUntilMs = nowMs + this.#peaceMs;
      this.#peaceMs = Math.min(MAX_PEACE_MS, 2 * this.#peaceMs);
    }
  }

  #cut(nowMs: number): void {
    const share = this.#harm.share / CUT;
    const isLeast = share < LEAST_SHARE;
    this.#harm = {
      ...this.#harm,
      state: isLeast ? 'hurting' : 'cutting',
      share: isLeast ? 0 : share,
    };
    this.#checkSinceMs = nowMs + WASHOUT_MS;
    this.#recent.clear();
  }

  #check(nowMs: number): void {
    const forMs = nowMs - this.#checkSinceMs;
    if (forMs < CHECK_MS) return;
    const { responses, score } = this.#recent.mean(nowMs, forMs);
    if (responses < CHECK_RESPONSES) {
      if (forMs >= CHECK_MAX_MS) this.#cut(nowMs);
    } else if (score - this.#still >= HARMLESS) this.#cut(nowMs);
    else this.#harm = { ...this.#harm, state: 'reduced' };
  }
}
