import type { Answer } from '../compare/outcome.ts';
import type { LogBatch, LogKind } from '../logs/batch.ts';

/** Answers of running kept from before a test: enough to know its failure rates and its pace. */
const ANSWERS_MAX = 2000;
const KINDS_MAX = 2000;

/** How running answered one request. */
export interface RunningAnswer {
  readonly endpoint: string;
  readonly answer: Answer;
  readonly atMs: number;
}

/**
 * What is known of running whatever is tested: its latest answers and the kinds of error it logs.
 * A test that begins is told, so that running's own failures are not held against testing.
 */
export class RunningMemory {
  readonly #answers: RunningAnswer[] = [];
  readonly #kinds = new Set<string>();

  answered(batch: readonly RunningAnswer[]): void {
    this.#answers.push(...batch);
    if (this.#answers.length > 2 * ANSWERS_MAX)
      this.#answers.splice(0, this.#answers.length - ANSWERS_MAX);
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

  latestAnswers(): readonly RunningAnswer[] {
    return this.#answers.slice(-ANSWERS_MAX);
  }
}

/** Without warnings: only errors are news. */
export function errorKinds(batch: LogBatch): readonly LogKind[] {
  return batch.kinds.filter((kind) => kind.level !== 'warn');
}
