import { errorsOf } from '../logs/count/windows.ts';
import type { LogBatch } from '../logs/follow/batch.ts';
import { errorKinds } from './running-memory.ts';

/** What a candidate logged before its test began: its start-up. */
export interface StartUp {
  readonly errors: number;
  readonly example: string | undefined;
  /** Lines of any level, which show that the candidate logs to the expected file. */
  readonly lines: number;
}

/** Candidates whose lines are counted until their test begins. */
const MAX_VERSIONS = 4;
const NOTHING: StartUp = { errors: 0, example: undefined, lines: 0 };

/**
 * What candidates log before their test begins. Only the last instance of each counts: an earlier
 * one may have logged its shutdown, which it did not cause.
 */
export class StartUps {
  readonly #known = new Map<string, { readonly instance: string; readonly startUp: StartUp }>();

  logged(version: string, instance: string, batch: LogBatch): void {
    const known = this.#known.get(version);
    if (known === undefined && this.#known.size >= MAX_VERSIONS) return;
    const before = known?.instance === instance ? known.startUp : NOTHING;
    const startUp = {
      errors: before.errors + errorsOf(batch),
      lines: before.lines + batch.lines,
      example: before.example ?? errorKinds(batch)[0]?.example,
    };
    this.#known.set(version, { instance, startUp });
  }

  /** Removes and returns the start-up of the version whose test begins; drops all others. */
  take(version: string): StartUp {
    const startUp = this.#known.get(version)?.startUp ?? NOTHING;
    this.#known.clear();
    return startUp;
  }
}
