import { reasonOf } from '../../model/reason.ts';
import { durationOf } from '../../text/times.ts';
import type { Draft } from '../draft.ts';
import type { Rules } from '../events.ts';
import { isPaused } from '../hand/pause.ts';
import { beginPromotion } from '../promotion.ts';
import type { Candidate, Deployment } from '../state.ts';
import { isGivenUp } from './outage.ts';

/** What people are shown while running does not serve. */
export interface OutageView {
  readonly downForMs: number;
  /** What is wrong, and what ends it. */
  readonly text: string;
}

/**
 * While running does not serve, no pair can come, and the test would wait for evidence for ever: a testing version that
 * is ready and has nothing against it takes over. What copies and logs have shown so far still counts.
 */
export function takeOver(draft: Draft): void {
  const { state, rules } = draft;
  const { outage, testing } = state;
  if (!outage || testing === null || standingOf(state, rules) !== 'may take over') return;
  const { name } = testing.release;
  const text = `${downText(state, rules)}, and ${name} was ready for ${durationOf(rules.takeover.readyMs)}`;
  if (!isByHand(state, rules)) {
    beginPromotion(draft, name, 'vili', [reasonOf('takeover', `${text}: it takes over`)]);
  } else if (outage.isReported !== true) {
    draft.set({ outage: { ...outage, isReported: true } });
    const act = `${byHandText(state)}, so it waits for you: vili promote ${name}`;
    draft.record('delayed', testing.release, [reasonOf('takeover', `${text}; ${act}`)]);
  }
}

/** What status, `vili why` and the log say of an outage; null while users are served, or running just starts. */
export function outageView(state: Deployment, rules: Rules): OutageView | null {
  const { outage = null, testing } = state;
  if (outage === null) return null;
  const downForMs = rules.nowMs - outage.sinceMs;
  if (outage.fault === null && downForMs < rules.takeover.afterMs) return null;
  const down = `users are not served: ${downText(state, rules)}`;
  const { rollback } = state;
  if (rollback) {
    return { downForMs, text: `${down}; they go back to ${rollback.version} once that is ready` };
  }
  if (testing === null) return { downForMs, text: down };
  return { downForMs, text: `${down}; ${wayOut(state, testing, rules)}` };
}

// Private

type Standing =
  | 'may take over'
  | 'promoted'
  | 'blocked'
  | 'not ready'
  | 'too early'
  | 'previous is warm';

function standingOf(state: Deployment, rules: Rules): Standing {
  const { testing, promotion, previous } = state;
  if (promotion !== null) return 'promoted';
  if (previous !== null && previous.target !== null) return 'previous is warm';
  if (testing?.phase !== 'testing' || testing.readySinceMs == null) return 'not ready';
  // Not known is not clear: the evidence may not have been looked at yet.
  if (testing.isClear !== true) return 'blocked';
  const isReady = rules.nowMs - testing.readySinceMs >= rules.takeover.readyMs;
  return isReady && isGivenUp(state, rules) ? 'may take over' : 'too early';
}

function wayOut(state: Deployment, { release }: Candidate, rules: Rules): string {
  const { name } = release;
  const { readyMs, afterMs } = rules.takeover;
  switch (standingOf(state, rules)) {
    case 'promoted':
      return `${name} is being promoted`;
    case 'previous is warm':
      return 'the previous version is warm: vili rollback';
    case 'not ready':
      return `${name} is not ready either`;
    case 'blocked':
      return `${name} is ready, but what was seen of it so far stands against it: vili why, or vili promote ${name}`;
    case 'may take over':
    case 'too early':
      if (isByHand(state, rules)) {
        return `${name} is ready and ${byHandText(state)}: vili promote ${name}`;
      }
      return state.outage?.fault === 'place'
        ? `that is not the fault of a version, and ${name} would meet the same: vili promote ${name}`
        : `${name} takes over once running was down for ${durationOf(afterMs)} and it was ready for ${durationOf(readyMs)}`;
  }
}

/** Whether people decide: always, or for now. */
function isByHand(state: Deployment, { takeover }: Rules): boolean {
  return takeover.isManual || isPaused(state);
}

function byHandText(state: Deployment): string {
  return isPaused(state) ? 'Vili is paused' : 'verdict.mode is manual';
}

function downText({ running, outage }: Deployment, { nowMs }: Rules): string {
  const time = durationOf(nowMs - (outage?.sinceMs ?? nowMs));
  if (running === null) return `there has been no running version for ${time}`;
  return `${running.release.name}, which is running, has been down for ${time}`;
}
