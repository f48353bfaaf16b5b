import { entryOf } from '../../../compare/limited.ts';

/** Running is slow when recent responses take this many times as long as usual (geometric mean). */
const SLOW_FACTOR = 2;
/** Below this factor it no longer is. */
const CALM_FACTOR = 1.4;
/** Added to every time: a few milliseconds more mean nothing. */
const SLACK_MS = 5;
/** Weight of the newest response in what is recent, and in what is usual for an endpoint. */
const RECENT = 1 / 32;
const USUAL = 1 / 512;
/** Responses of an endpoint after which its usual time is known. */
const WARM_RESPONSES = 50;

interface Usual {
  responses: number;
  /** Mean of the logarithms. */
  log: number;
}

/** Whether running responds clearly slower than it usually does, endpoint by endpoint. */
export class RunningSlowness {
  readonly #maxEndpoints: number;
  readonly #usual = new Map<string, Usual>();
  #excess = 0;
  #isSlow = false;

  constructor(maxEndpoints: number) {
    this.#maxEndpoints = maxEndpoints;
  }

  get isSlow(): boolean {
    return this.#isSlow;
  }

  /** Takes a response of running to a user; leave out failures, whose time means nothing. */
  observe(endpoint: string, ms: number): void {
    const usual = this.#usualOf(endpoint);
    if (usual === null) return;
    const log = Math.log(ms + SLACK_MS);
    const weight = Math.max(USUAL, 1 / ++usual.responses);
    if (usual.responses > WARM_RESPONSES) this.#addExcess(log - usual.log);
    usual.log += (log - usual.log) * weight;
  }

  // Private

  #addExcess(excess: number): void {
    this.#excess += (excess - this.#excess) * RECENT;
    const limit = this.#isSlow ? CALM_FACTOR : SLOW_FACTOR;
    this.#isSlow = this.#excess > Math.log(limit);
  }

  #usualOf(endpoint: string): Usual | null {
    const blank = () => ({ responses: 0, log: 0 });
    return entryOf(this.#usual, endpoint, this.#maxEndpoints, blank);
  }
}
