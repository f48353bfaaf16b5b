import type { VersionReport } from '../model/servlet-facts.ts';
import { NOT_DELAYED, type SlotDraft } from './slot-draft.ts';

/** A copy of the server file into the version's folder begins. */
export function stage(draft: SlotDraft): void {
  const { release, staging } = draft.state;
  if (release === null) return;
  draft.state = { ...draft.state, staging: staging + 1 };
  draft.ask({ type: 'stage', release });
}

export function staged(draft: SlotDraft, report: VersionReport): void {
  draft.report(report);
  draft.state = { ...draft.state, staging: draft.state.staging - 1 };
  draft.endWhenRetired();
}

/** No space, no access: the copy is tried again until it succeeds or is no longer wanted. */
export function delayStage(draft: SlotDraft, problem: string): void {
  const { delayedStage: before, retiring } = draft.state;
  if (retiring) return;
  if (before.problem !== problem) {
    draft.ask({
      type: 'warn',
      text: `${draft.rules.name}: ${problem}; it is tried again by itself`,
    });
  }
  const failures = before.failures + 1;
  const delayedStage = { isWanted: true, isTimed: true, failures, problem };
  draft.state = { ...draft.state, delayedStage };
  if (!before.isTimed) draft.ask({ type: 'stage-later', failures });
}

export function stageDue(draft: SlotDraft): void {
  const { delayedStage } = draft.state;
  draft.state = { ...draft.state, delayedStage: { ...delayedStage, isTimed: false } };
  if (delayedStage.isWanted) stage(draft);
}

export function noDelay(draft: SlotDraft): void {
  const { isTimed } = draft.state.delayedStage;
  draft.state = { ...draft.state, delayedStage: { ...NOT_DELAYED, isTimed } };
}
