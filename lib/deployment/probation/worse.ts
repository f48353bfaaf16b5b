import { type Reason, reasonOf } from '../../model/reason.ts';
import type { Draft } from '../draft.ts';
import type { DeploymentEvent, Rules } from '../events.ts';
import { isPaused } from '../hand/pause.ts';
import { rollBack } from '../promotion.ts';
import type { Deployment, Previous } from '../state.ts';

/**
 * The evidence says that running is worse than previous, from whatever source: users go back at once. Where people decide,
 * or previous is not ready, they are told once per probation, and users stay. The source repeats the event for as long as
 * its evidence says so. Ignored for a version that is not on probation.
 */
export function worseOnProbation(
  draft: Draft,
  {
    name,
    by,
    reasons,
    isByPairs = false,
  }: Extract<DeploymentEvent, { type: 'worse-on-probation' }>,
): void {
  const { running, previous } = draft.state;
  if (running?.release.name !== name || previous === null) return;
  const isDoubted = isByPairs && previous.isDoubted === true;
  if (!isDoubted && whyNot(draft.state, draft.rules) === null) rollBack(draft, by, reasons);
  else complain(draft, previous, reasons);
}

/** Whether users leave a running version that ended: also while Vili is paused, since nobody serves them. */
export function mayLeaveCrashed({ state, rules }: Draft): boolean {
  return !rules.isRollbackManual && state.previous !== null && state.previous.target !== null;
}

/** Tells people once per probation what speaks against running, since nothing is done about it. */
export function complain(draft: Draft, previous: Previous, reasons: readonly Reason[]): void {
  const { running } = draft.state;
  if (running === null || previous.complaint) return;
  const why = whyNot(draft.state, draft.rules) ?? DOUBTED;
  const at = new Date(draft.rules.wallMs).toISOString();
  draft.set({ previous: { ...previous, complaint: { at, reasons } } });
  const { name } = previous.release;
  const text = `It is worse than ${name} on probation, and ${why}; to take users back: vili rollback.`;
  draft.record('delayed', running.release, [reasonOf('worse-on-probation', text), ...reasons]);
}

// Private

const DOUBTED = 'it was promoted by hand although the evidence spoke against it, so users stay';

/** What keeps users where they are; null when nothing does. */
function whyNot(state: Deployment, { isRollbackManual }: Rules): string | null {
  if (isRollbackManual) return 'probation.rollback is manual, so users stay';
  if (isPaused(state)) return 'Vili is paused, so users stay';
  const { previous } = state;
  if (previous?.target === null)
    return `${previous.release.name} is not ready, so users stay until then`;
  return null;
}
