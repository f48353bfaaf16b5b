import { type InstanceUsage, type Levels, levelsOf, RESOURCES } from '../model/servlet-facts.ts';

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
