import { entryOf } from '../../../compare/limited.ts';

/** Endpoints whose usual time is known; enough for what users call most. */
const MAX_ENDPOINTS = 500;
/** Responses that make a time usual. */
const MIN_RESPONSES = 20;
/** Weight of the newest response once there are enough. */
const NEWEST = 1 / 200;
/** Also the part of a time below which a difference is nothing. */
const SLACK_MS = 2;
/** A failure counts as if it took this many times as long; no response counts more. */
const WORST = 50;

/** What a user's response costs against what is usual. */
export interface Cost {
  /** The logarithm of how many times longer it took; 0 is as usual. */
  readonly score: number;
  readonly extraMs: number;
}

interface Usual {
  responses: number;
  log: number;
}

/** How long running takes for its users when nothing is tested. */
export class UsualPace {
  readonly #usual = new Map<string, Usual>();
  /** What is usual by now is this much more than it was, on the same scale. */
  #shift = 0;

  /** Takes in a response outside of a test. */
  learn(endpoint: string, ms: number): void {
    const blank = (): Usual => ({ responses: 0, log: 0 });
    const usual = entryOf(this.#usual, endpoint, MAX_ENDPOINTS, blank);
    if (usual === null) return;
    usual.responses++;
    usual.log += (logOf(ms) - usual.log) * Math.max(NEWEST, 1 / usual.responses);
  }

  /** Null where nothing is known of the endpoint. */
  costOf(endpoint: string, ms: number, failed: boolean): Cost | null {
    const usual = this.#usual.get(endpoint);
    if (usual === undefined || usual.responses < MIN_RESPONSES) return null;
    const log = usual.log + this.#shift;
    const limit = Math.log(WORST);
    if (failed) return { score: limit, extraMs: Number.POSITIVE_INFINITY };
    const score = Math.min(limit, logOf(ms) - log);
    return { score, extraMs: ms + SLACK_MS - Math.exp(log) };
  }

  /** Everything takes this much longer, for reasons that have nothing to do with the test. */
  shift(score: number): void {
    this.#shift += score;
  }

  /** The next test compares with what is learned before it. */
  forgetShift(): void {
    this.#shift = 0;
  }
}

// Private

function logOf(ms: number): number {
  return Math.log(SLACK_MS + Math.max(0, ms));
}
