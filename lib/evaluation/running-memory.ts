import type { LogBatch, LogKind } from '../logs/follow/batch.ts';
import type { InstanceUsage, Levels } from '../model/servlet-facts.ts';
import { ResponseRing, type RunningResponse } from './response-ring.ts';
import { RunningUsage } from './running-usage.ts';

/** Responses of running kept from before a test: enough for its failure rates and its latency. */
const RESPONSES_MAX = 2000;
const KINDS_MAX = 2000;

/**
 * What is known of running, whatever is tested: its latest responses, the kinds of error it
 * logs, and what its process takes. A test begins with them, so that running's own failures do not count against testing.
 */
export class RunningMemory {
  readonly #responses = new ResponseRing(RESPONSES_MAX);
  readonly #kinds = new Set<string>();
  readonly #usage = new RunningUsage();

  responded(batch: readonly RunningResponse[]): void {
    for (const response of batch) this.#responses.add(response);
  }

  logged(batch: LogBatch): void {
    for (const kind of errorKinds(batch)) {
      this.#kinds.delete(kind.signature);
      this.#kinds.add(kind.signature);
    }
    for (const oldest of this.#kinds) {
      if (this.#kinds.size <= KINDS_MAX) break;
      this.#kinds.delete(oldest);
    }
  }

  sampled(usage: InstanceUsage): void {
    this.#usage.add(usage);
  }

  /** What its process took at most; null when too little is known. */
  usagePeaks(): Levels | null {
    return this.#usage.peaks();
  }

  errorKinds(): readonly string[] {
    return [...this.#kinds];
  }

  latestResponses(): readonly RunningResponse[] {
    return this.#responses.toArray();
  }
}

/** The kinds without warnings, since only a new kind of error matters. */
export function errorKinds(batch: LogBatch): readonly LogKind[] {
  return batch.kinds.filter((kind) => kind.level !== 'warn');
}
