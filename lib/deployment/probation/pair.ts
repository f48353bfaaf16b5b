import type { Target } from '../../model/exchange.ts';
import type { Deployment } from '../state.ts';
import { shareOf } from '../steps/share.ts';

/** Who serves users on probation, or has a share of them, and who could serve these at once. */
export interface ProbationPair {
  /** Of the version on trial. */
  readonly version: string;
  readonly running: Target;
  readonly previous: Target;
  /** What the latter is called. */
  readonly before: 'the previous version' | 'running';
}

/** Null outside a probation and of steps, or while one of the two is not ready. */
export function probationPair(state: Deployment): ProbationPair | null {
  const { running, previous, testing } = state;
  if (running === null || running.target === null) return null;
  const share = shareOf(state);
  if (share !== null && testing !== null) {
    const { name: version } = testing.release;
    return { version, running: share.target, previous: running.target, before: 'running' };
  }
  if (previous === null || previous.target === null) return null;
  const { release, target } = running;
  const before = 'the previous version';
  return { version: release.name, running: target, previous: previous.target, before };
}
