import type { LogBatch, LogKind } from '../logs/follow/batch.ts';
import { ResponseRing, type RunningResponse } from './response-ring.ts';

/** Responses of running kept from before a test: enough for its failure rates and its latency. */
const RESPONSES_MAX = 2000;
const KINDS_MAX = 2000;

/**
 * What is known of running, whatever is tested: its latest responses and the kinds of error it
 * logs. A test begins with them, so that running's own failures do not count against testing.
 */
export class RunningMemory {
  readonly #responses = new ResponseRing(RESPONSES_MAX);
  readonly #kinds = new Set<string>();

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
