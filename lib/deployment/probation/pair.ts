import type { Target } from '../../model/exchange.ts';
import type { Deployment } from '../state.ts';

/** Who serves users on probation, and who could at once. */
export interface ProbationPair {
  /** Of the version on probation. */
  readonly version: string;
  readonly running: Target;
  readonly previous: Target;
}

/** Null outside a probation, or while one of the two is not ready. */
export function probationPair({ running, previous }: Deployment): ProbationPair | null {
  if (running === null || running.target === null) return null;
  if (previous === null || previous.target === null) return null;
  const { release, target } = running;
  return { version: release.name, running: target, previous: previous.target };
}
