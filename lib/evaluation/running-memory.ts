import type { LogBatch, LogKind } from '../logs/follow/batch.ts';
import { ResponseRing, type RunningResponse } from './response-ring.ts';

/** Answers of running kept from before a test: enough to know its failure rates and its pace. */
const ANSWERS_MAX = 2000;
const KINDS_MAX = 2000;

/**
 * What is known of running whatever is tested: its latest answers and the kinds of error it logs.
 * A test that begins is told, so that running's own failures are not held against testing.
 */
export class RunningMemory {
  readonly #answers = new ResponseRing(ANSWERS_MAX);
  readonly #kinds = new Set<string>();

  responded(batch: readonly RunningResponse[]): void {
    for (const answer of batch) this.#answers.add(answer);
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
    return this.#answers.toArray();
  }
}

/** Without warnings: only errors are news. */
export function errorKinds(batch: LogBatch): readonly LogKind[] {
  return batch.kinds.filter((kind) => kind.level !== 'warn');
}
