import type { PairOutcome } from '../compare/outcome.ts';
import {
  type InstanceUsage,
  type Levels,
  levelsOf,
  RESOURCES,
  type ProcessSample,
} from '../model/servlet-facts.ts';

/** A level that was held for so many samples counts; a spike does not. */
const HELD_SAMPLES = 3;

/** The largest levels of the process that runs now, as long as it was watched. */
export class RunningUsage {
  #instance = '';
  #latest: Levels[] = [];
  #peaks: Levels | null = null;

  add({ instance, usage }: InstanceUsage): void {
    if (instance !== this.#instance) {
      this.#instance = instance;
      this.#latest = [];
      this.#peaks = null;
    }
    this.#latest = [...this.#latest, levelsOf(usage)].slice(-HELD_SAMPLES);
    if (this.#latest.length < HELD_SAMPLES) return;
    const peaks = this.#peaks ?? { memory: 0, threads: 0, files: 0 };
    for (const resource of RESOURCES) {
      const held = Math.min(...this.#latest.map((levels) => levels[resource]));
      peaks[resource] = Math.max(peaks[resource], held);
    }
    this.#peaks = peaks;
  }

  /** Null when too little is known. */
  peaks(): Levels | null {
    return this.#peaks;
  }
}

/** What both sides responded to since their processes were last sampled. */
export class SampledRequests {
  running = 0;
  #testing = 0;

  /** A user's own request is counted where running's response is observed. */
  pairs(outcomes: readonly PairOutcome[]): void {
    this.#testing += outcomes.length;
    for (const { baseline } of outcomes) if (baseline !== null) this.running++;
  }

  /** Both sides with their requests; null while one of them is not there. */
  observe({ atMs, running, testing }: Omit<ProcessSample, 'previous'>) {
    if (running === null || testing === null) return null;
    const requests = { runningRequests: this.running, testingRequests: this.#testing };
    this.running = 0;
    this.#testing = 0;
    return { atMs, running, testing, ...requests };
  }
}
