import type { InstanceUsage, ProcessSample } from '../../model/servlet-facts.ts';

/** What the versions take, with the processor time of the last sample but one. */
export interface TakenView {
  readonly running: Taken;
  readonly testing: Taken;
}

interface Taken {
  readonly memoryBytes: number | null;
  readonly cpu: number | null;
}

/** Makes rates of the samples of processes, which come at a pace of their own. */
export class TakenRates {
  #before: ProcessSample | null = null;
  #view: TakenView = NOTHING;
  #atMs = Number.NEGATIVE_INFINITY;

  add(sample: ProcessSample): void {
    const before = this.#before;
    const seconds = before === null ? 0 : (sample.atMs - before.atMs) / 1000;
    // Previous has copies on probation only, when nothing is tested.
    const other = (of: ProcessSample): InstanceUsage | null => of.testing ?? of.previous;
    this.#view = {
      running: takenOf(sample.running, before?.running ?? null, seconds),
      testing: takenOf(other(sample), before === null ? null : other(before), seconds),
    };
    this.#before = sample;
    this.#atMs = sample.atMs;
  }

  /** What was sampled longer ago than this is not known any more. */
  view(nowMs: number, freshMs: number): TakenView {
    return nowMs - this.#atMs <= freshMs ? this.#view : NOTHING;
  }
}

// Private

const NOTHING: TakenView = {
  running: { memoryBytes: null, cpu: null },
  testing: { memoryBytes: null, cpu: null },
};

/** Another process has a time of its own. */
function takenOf(now: InstanceUsage | null, before: InstanceUsage | null, seconds: number): Taken {
  if (now === null) return { memoryBytes: null, cpu: null };
  const { memoryBytes, cpuMs } = now.usage;
  const isSame = before?.instance === now.instance && cpuMs >= before.usage.cpuMs && seconds > 0;
  return { memoryBytes, cpu: isSame ? (cpuMs - before.usage.cpuMs) / 1000 / seconds : null };
}
