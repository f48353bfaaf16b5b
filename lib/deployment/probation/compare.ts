import { acceptedOf } from '../acceptance.ts';
import { declaredOf } from '../declared/declared.ts';
import type { Draft } from '../draft.ts';
import type { Command, Rules } from '../events.ts';
import type { Deployment } from '../state.ts';

/**
 * While a version is on probation, copies of users' requests go to previous, and what users get is judged beside its
 * responses. There is one mirror: a newer version is tested only once this has had its share.
 */
export function beginComparison(draft: Draft): void {
  const { previous } = draft.state;
  if (previous === null || draft.rules.comparedMs === null) return;
  draft.set({ previous: { ...previous, isCompared: true, sinceMs: draft.rules.nowMs } });
  draft.ask(...comparisonOf(draft.state));
}

/** Asked again whenever one of the two has another process. */
export function continueComparison(draft: Draft): void {
  draft.ask(...comparisonOf(draft.state));
}

/** Another test needs the mirror, or there is nothing to compare with. */
export function endComparison(draft: Draft): void {
  const { previous } = draft.state;
  if (previous?.isCompared !== true) return;
  draft.set({ previous: { ...previous, isCompared: false } });
  draft.ask({ type: 'mirror-off' }, { type: 'evaluate-off' });
}

/** What starts the comparison or goes on with it; nothing while one of the two does not serve. */
export function comparisonOf(state: Deployment): readonly Command[] {
  const { running, previous } = state;
  if (running === null || running.target === null) return [];
  if (previous?.isCompared !== true || previous.target === null) return [];
  const { release } = running;
  const against = previous.release.name;
  const accepted = acceptedOf(state, release);
  const declared = declaredOf(state, release);
  return [
    { type: 'evaluate', release, sinceMs: previous.sinceMs ?? 0, accepted, against, ...declared },
    { type: 'mirror', name: release.name, target: previous.target, against, ...declared },
  ];
}

/** Whether a newer version has to wait with its test. */
export function needsMirror(
  { previous }: Deployment,
  { nowMs, probationMs, comparedMs }: Rules,
): boolean {
  if (previous?.isCompared !== true || comparedMs === null) return false;
  return previous.untilMs - nowMs > probationMs - comparedMs;
}
