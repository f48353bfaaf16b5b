import type { Target } from '../model/exchange.ts';
import type { Reason } from '../model/reason.ts';
import type { Release } from '../model/release.ts';
import { advance } from './arrival.ts';
import type { Draft } from './draft.ts';
import { endTests } from './end-tests.ts';
import { isGivenUp } from './outage/outage.ts';
import { beginComparison } from './probation/compare.ts';
import { beginProbation, letPreviousGo } from './probation/probation.ts';
import type { Stepping } from './state.ts';

/** The evidence or an operator says so: the test ends and a fresh servlet is to take over. */
export function beginPromotion(
  draft: Draft,
  name: string,
  by: string,
  reasons: readonly Reason[],
  stepping?: Stepping,
): void {
  const { testing, promotion, rollback } = draft.state;
  if (testing?.release.name !== name || testing.phase !== 'testing') return;
  if (promotion !== null || rollback) return;
  draft.set({ promotion: { phase: 'stopping-test', by, reasons, ...(stepping && { stepping }) } });
  draft.ask(
    { type: 'announce-switch', version: name },
    { type: 'mirror-off' },
    { type: 'evaluate-off' },
  );
  draft.stop(testing.release, 'testing');
}

/** The testing servlet has ended: the promotion continues, or a new build of the same version. */
export function testServletGone(draft: Draft, name: string): void {
  const { testing, promotion } = draft.state;
  if (testing?.release.name !== name) return;
  if (promotion?.phase === 'stopping-test') {
    draft.set({ promotion: { ...promotion, phase: 'starting' } });
    draft.ask({ type: 'start', release: testing.release, role: 'running' });
  } else if (testing.phase === 'replacing') {
    draft.set({ testing: { ...testing, phase: 'staging' } });
    draft.ask({ type: 'stage', release: testing.release });
  }
}

/** The fresh servlet is ready, or has had its share: all users move over, and the old version stays warm. */
export function completePromotion(draft: Draft, target: Target): void {
  const { testing, promotion, running, previous } = draft.state;
  if (testing === null || promotion === null) return;
  const { nowMs, probationMs } = draft.rules;
  // There is no way back to a version that is down for good.
  const isDead = running?.target === null && isGivenUp(draft.state, draft.rules);
  const kept = isDead ? null : running;
  draft.set({
    running: { release: testing.release, phase: 'ready', target },
    // Null when the file of the trusted version is gone.
    previous: kept && {
      release: kept.release,
      target: kept.target,
      untilMs: nowMs,
      ...(promotion.by !== 'vili' && testing.isAgainst === true && { isDoubted: true }),
    },
    testing: null,
    promotion: null,
  });
  draft.ask(
    { type: 'route', target },
    { type: 'link', name: testing.release.name, role: 'running' },
    { type: 'unlink-test' },
  );
  if (kept !== null) draft.ask({ type: 'role', name: kept.release.name, duty: 'previous' });
  draft.record('promoted', testing.release, promotion.reasons, promotion.by);
  if (previous !== null) draft.retire(previous.release);
  draft.clearRejected();
  if (isDead && running !== null) draft.retire(running.release);
  const onProbation = draft.state.previous;
  if (probationMs > 0 && onProbation !== null) {
    beginProbation(draft, onProbation, probationMs);
    beginComparison(draft);
  } else letPreviousGo(draft);
  advance(draft);
}

/**
 * Users go back to the version before the last promotion; the version they leave counts as rejected. Tests end, so that
 * nothing goes forward again by itself.
 */
export function rollBack(draft: Draft, by: string, reasons: readonly Reason[]): void {
  const { running, previous } = draft.state;
  if (running === null || previous === null) return;
  const { release, target, isCompared } = previous;
  const phase = target === null ? 'restarting' : 'ready';
  draft.set({ running: { release, phase, target }, previous: null });
  draft.ask({ type: 'route', target }, { type: 'link', name: release.name, role: 'running' });
  draft.ask({ type: 'role', name: release.name, duty: 'running' });
  // After a restart of Vili its turn to start may not have come.
  if (target === null) draft.ask({ type: 'start', release, role: 'running' });
  if (isCompared) draft.ask({ type: 'mirror-off' }, { type: 'evaluate-off' });
  takeBack(draft, running.release, by, reasons);
  // Users first: what ends the tests takes its time.
  endTests(draft, `users went back from ${running.release.name} to ${release.name}`);
  advance(draft);
}

/** Users have left this version for an older one: it is stopped and counts as rejected. */
export function takeBack(
  draft: Draft,
  release: Release,
  by: string,
  reasons: readonly Reason[],
): void {
  draft.stop(release, 'running');
  draft.clearRejected();
  draft.set({ rejected: { release, reasons } });
  draft.decide(release);
  draft.record('rolled-back', release, reasons, by);
}
