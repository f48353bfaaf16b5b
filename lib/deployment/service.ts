import type { Target } from '../model/exchange.ts';
import { reasonOf } from '../model/reason.ts';
import type { DownCause } from '../model/servlet-facts.ts';
import { rejectCandidate } from './candidate.ts';
import type { Draft } from './draft.ts';
import { completeRollback, rollbackFailed } from './hand/rollback.ts';
import { blameRunning } from './outage/outage.ts';
import { continueComparison } from './probation/compare.ts';
import { complain, mayLeaveCrashed } from './probation/worse.ts';
import { completePromotion, rollBack } from './promotion.ts';
import { previousFailed } from './start/resume.ts';
import { shareServletDown } from './steps/back.ts';
import { stepReady } from './steps/steps.ts';

/** A servlet for users is ready: that of running, of previous, or of the version being promoted. */
export function runningServletReady(draft: Draft, name: string, target: Target): void {
  const { running, previous, testing, promotion, rollback } = draft.state;
  if (promotion !== null && promotion.phase !== 'stopping-test' && testing?.release.name === name) {
    if (promotion.stepping) stepReady(draft, promotion, target);
    else completePromotion(draft, target);
  } else if (rollback?.version === name) {
    // While its folder is looked at, a servlet that it had as previous may report.
    if (rollback.phase === 'starting') completeRollback(draft, target);
  } else if (running?.release.name === name) {
    if (running.phase === 'restarting') draft.record('restarted', running.release);
    if (running.phase === 'starting') draft.record('started', running.release);
    draft.set({ running: { release: running.release, phase: 'ready', target } });
    draft.ask({ type: 'route', target }, { type: 'link', name, role: 'running' });
    continueComparison(draft);
  } else if (previous?.release.name === name) {
    draft.set({ previous: { ...previous, target } });
    continueComparison(draft);
  } else draft.ask({ type: 'stop', name, role: 'running' });
}

/**
 * A servlet for users ended by itself. Its version actor starts it again; until then users wait, or go back to the
 * previous version when the servlet is to blame: a failure of Vili's infrastructure or of this place hits all versions
 * alike.
 */
export function runningServletDown(
  draft: Draft,
  name: string,
  problem: string,
  cause: DownCause,
): void {
  const { running, previous, testing, promotion, rollback } = draft.state;
  if (rollback?.version === name) {
    if (rollback.phase !== 'starting' || cause === 'vili') return;
    if (cause !== 'place') return rollbackFailed(draft, `it did not get ready: ${problem}`);
    if (rollback.release !== null) draft.delay(rollback.release, problem);
  } else if (promotion?.phase === 'stepping' && testing?.release.name === name) {
    shareServletDown(draft, problem, cause);
  } else if (promotion?.phase === 'starting' && testing?.release.name === name) {
    if (cause === 'vili') return;
    // Nothing was learned of the version, and users still have the one before: it may take its time.
    if (cause === 'place') return draft.delay(testing.release, problem);
    const text = `It did not get ready as the running version: ${problem}`;
    rejectCandidate(draft, 'testing', [reasonOf('promotion-failed', text)], 'vili');
  } else if (running?.release.name === name) {
    if (cause === 'place') draft.delay(running.release, problem);
    else draft.record('crashed', running.release, [reasonOf('crash', problem)]);
    const isToBlame = cause !== 'vili' && cause !== 'place';
    if (isToBlame && previous !== null) {
      const text = `It ended by itself while on probation: ${problem}`;
      const reasons = [reasonOf('crashed-on-probation', text)];
      if (mayLeaveCrashed(draft)) return rollBack(draft, 'vili', reasons);
      complain(draft, previous, reasons);
    }
    const phase = running.phase === 'ready' ? 'restarting' : running.phase;
    draft.set({ running: { ...running, phase, target: null } });
    draft.ask({ type: 'route', target: null });
    blameRunning(draft, isToBlame);
  } else if (previous?.release.name === name) {
    draft.set({ previous: { ...previous, target: null } });
    if (previous.isCompared && running !== null) {
      const { name: version } = running.release;
      draft.ask({ type: 'mirror', name: version, target: null, against: name });
    }
    previousFailed(draft);
  }
}

/** The running version's file is gone: the version before it is then the last trusted one. */
export function runningNotStaged(draft: Draft, problem: string): void {
  const { running, previous } = draft.state;
  if (running === null) return;
  if (previous !== null) {
    rollBack(draft, 'vili', [reasonOf('not-staged', problem)]);
    return;
  }
  draft.record('refused', running.release, [reasonOf('not-staged', problem)]);
  draft.set({ running: null });
}
