import { type Reason, reasonOf } from '../../model/reason.ts';
import type { DownCause } from '../../model/servlet-facts.ts';
import { rejectCandidate } from '../candidate.ts';
import type { Draft } from '../draft.ts';
import type { Rules } from '../events.ts';
import { isPaused } from '../hand/pause.ts';
import type { Deployment, Stepping } from '../state.ts';
import { steppingOf } from './share.ts';
import { follow } from './steps.ts';
import { stepText } from './words.ts';

/**
 * The users of the share have it worse than those of running at the same time: they go back at once, and the version is
 * rejected. Where people decide, they are told once, and the promotion stays at its step.
 */
export function worseInSteps(draft: Draft, by: string, reasons: readonly Reason[]): void {
  if (steppingOf(draft.state) === null) return;
  if (whyNot(draft.state, draft.rules) === null) takeShareBack(draft, by, reasons);
  else complain(draft, reasons);
}

/** All users are with running again, and the version is rejected. */
export function takeShareBack(draft: Draft, by: string, reasons: readonly Reason[]): void {
  const stepping = steppingOf(draft.state);
  const { running } = draft.state;
  if (stepping === null || running === null) return;
  const text = `It had ${stepText(stepping)}; all are with ${running.release.name} again`;
  rejectCandidate(draft, 'testing', [...reasons, reasonOf('step', text)], by, 'rolled-back');
}

/**
 * The servlet of the share ended by itself: its users are with running from now on. If that was its own fault the version
 * is rejected, also while Vili is paused, else they come back when it is ready again.
 */
export function shareServletDown(draft: Draft, problem: string, cause: DownCause): void {
  const { promotion, testing } = draft.state;
  const stepping = steppingOf(draft.state);
  if (promotion === null || testing === null || stepping === null) return;
  draft.set({ promotion: { ...promotion, stepping: { ...stepping, target: null } } });
  follow(draft);
  if (cause === 'vili') return;
  if (cause === 'place') return draft.delay(testing.release, problem);
  draft.record('crashed', testing.release, [reasonOf('crash', problem)]);
  const text = `It ended by itself while it had users: ${problem}`;
  const reasons = [reasonOf('crashed-in-steps', text)];
  if (draft.rules.isRollbackManual) complain(draft, reasons);
  else takeShareBack(draft, 'vili', reasons);
}

// Private

/** Tells people once per promotion. */
function complain(draft: Draft, reasons: readonly Reason[]): void {
  const { promotion, testing } = draft.state;
  const stepping = steppingOf(draft.state);
  if (promotion === null || testing === null || stepping === null) return;
  if (stepping.complaint) return;
  const at = new Date(draft.rules.wallMs).toISOString();
  const now: Stepping = { ...stepping, complaint: { at, reasons } };
  draft.set({ promotion: { ...promotion, stepping: now } });
  follow(draft);
  const why = whyNot(draft.state, draft.rules) ?? 'users stay';
  const text =
    `It is worse than running for ${stepText(stepping)}, and ${why}; to take them back: ` +
    'vili rollback, to go on nevertheless: vili promote.';
  draft.record('delayed', testing.release, [reasonOf('worse-in-steps', text), ...reasons]);
}

/** What keeps users where they are; null when nothing does. */
function whyNot(state: Deployment, { isRollbackManual }: Rules): string | null {
  if (isRollbackManual) return 'probation.rollback is manual, so users stay';
  return isPaused(state) ? 'Vili is paused, so users stay' : null;
}
