import { errorsOf } from '../logs/count/windows.ts';
import type { LogBatch } from '../logs/follow/batch.ts';
import type { StartUp } from './evaluation.ts';
import { errorKinds } from './running-memory.ts';

/** Candidates whose lines are remembered until their test begins. */
const MAX_VERSIONS = 4;
const NOTHING: StartUp = { errors: 0, example: undefined, lines: 0 };

/**
 * What candidates log before their test begins. Only the last instance of each counts: the one before may have logged
 * its end, which was not its own doing.
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

  /** Of the version whose test begins; all others are forgotten with it. */
  take(version: string): StartUp {
    const startUp = this.#known.get(version)?.startUp ?? NOTHING;
    this.#known.clear();
    return startUp;
  }
}
