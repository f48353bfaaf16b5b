import { TEMP_SUFFIX } from '../../../lib/base/state/atomic-file.ts';
import type { Snapshot } from './snapshot.ts';

/** The life cycle of a version, and what a base goes through around it. */
export const PHASES = [
  'adoption',
  'arrival',
  'staging',
  'testing',
  'promotion',
  'probation',
  'rollback',
  'restore',
  'archiving',
  'deletion',
] as const;
export type Phase = (typeof PHASES)[number];

/** What the disk cannot say by itself. */
export interface Intent {
  /** A base of the old program that was not taken over before. */
  readonly isAdopting: boolean;
  /** The version whose file came last. */
  readonly arriving: string | null;
  /** The version that users were asked to go back to, until that has been checked. */
  readonly goingBackTo: string | null;
}

/** Every phase that lasts at that instant, by the disk alone except for the intent. */
export function phasesIn({ state, base, archive, processes }: Snapshot, intent: Intent): Phase[] {
  const { isAdopting, arriving, goingBackTo } = intent;
  const candidates = [state?.testing, state?.incoming];
  const isKnown = arriving === null || JSON.stringify(state).includes(`"${arriving}"`);
  const isAside = (name: string): boolean => name.endsWith(TEMP_SUFFIX);
  const has: Record<Phase, boolean> = {
    adoption: isAdopting && state?.testing?.phase !== 'testing',
    arrival: !isAdopting && !isKnown,
    staging: candidates.some((it) => it?.phase === 'staging'),
    testing: isUnderTest(state?.testing?.phase) && !state?.promotion,
    promotion: Boolean(state?.promotion),
    probation: Boolean(state?.previous),
    // To a warm version it is a matter of stopping the one that was left.
    rollback:
      (state?.rollback ? state.rollback.phase !== 'restoring' : false) ||
      (goingBackTo !== null && !state?.rollback && processes > 1),
    restore:
      state?.rollback?.phase === 'restoring' ||
      base.some((it) => it.startsWith('.shop-') && isAside(it)),
    archiving: (state?.archiving.length ?? 0) > 0 || archive.some(isAside),
    deletion: base.some((name) => name.endsWith('.vili-deleting')),
  };
  return PHASES.filter((phase) => has[phase]);
}

// Private

function isUnderTest(phase: string | undefined): boolean {
  return phase === 'starting' || phase === 'testing';
}
