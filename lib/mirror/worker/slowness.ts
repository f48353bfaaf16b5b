/** Recent answers are this many times slower than usual, by their geometric mean: running is slow. */
const SLOW_FACTOR = 2;
/** Below this it no longer is. */
const CALM_FACTOR = 1.4;
/** Added to every time: a few milliseconds more are no sign of anything. */
const SLACK_MS = 5;
/** Weight of the newest answer: of what is recent, and of what is usual for an endpoint. */
const RECENT = 1 / 32;
const USUAL = 1 / 512;
/** Answers of an endpoint after which its usual time is known. */
const WARM_ANSWERS = 50;

interface Usual {
  answers: number;
  /** Mean of the logarithms. */
  log: number;
}

/** Watches whether running answers clearly slower than it usually does, endpoint by endpoint. */
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

  /** An answer of running to a user; those that failed say nothing of its pace. */
  answered(endpoint: string, ms: number): void {
    const usual = this.#usualOf(endpoint);
    if (usual === null) return;
    const log = Math.log(ms + SLACK_MS);
    const weight = Math.max(USUAL, 1 / ++usual.answers);
    if (usual.answers > WARM_ANSWERS) this.#observe(log - usual.log);
    usual.log += (log - usual.log) * weight;
  }

  // Private

  #observe(excess: number): void {
    this.#excess += (excess - this.#excess) * RECENT;
    const limit = this.#isSlow ? CALM_FACTOR : SLOW_FACTOR;
    this.#isSlow = this.#excess > Math.log(limit);
  }

  #usualOf(endpoint: string): Usual | null {
    const found = this.#usual.get(endpoint);
    if (found !== undefined) return found;
    if (this.#usual.size >= this.#maxEndpoints) return null;
    const made = { answers: 0, log: 0 };
    this.#usual.set(endpoint, made);
    return made;
  }
}
