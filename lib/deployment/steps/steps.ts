import type { Target } from '../../model/exchange.ts';
import type { PromotionStep } from '../../model/promotion/user-share.ts';
import { reasonOf } from '../../model/reason.ts';
import { durationOf } from '../../text/times.ts';
import type { Draft } from '../draft.ts';
import type { Asked, Rules } from '../events.ts';
import { isPaused } from '../hand/pause.ts';
import { isGivenUp } from '../outage/outage.ts';
import { completePromotion } from '../promotion.ts';
import type { Deployment, Promotion, Stepping } from '../state.ts';
import { steppingOf } from './share.ts';
import { stepText } from './words.ts';

/** How often what is left of a step is saved: so much of it begins again when Vili is killed. */
const LOOK_MS = 10_000;

/** A promotion that is to go in these steps; undefined: it goes whole. */
export function planned(steps: readonly PromotionStep[], rules: Rules): Stepping | undefined {
  const [first] = steps;
  if (first === undefined) return undefined;
  const { salt = '', key = null } = rules.inSteps ?? {};
  return {
    steps,
    at: 0,
    salt,
    key,
    target: null,
    leftMs: first.ms,
    sinceMs: rules.nowMs,
    isHeld: true,
  };
}

/**
 * The fresh servlet of a version that is promoted in steps is ready, for the first time or again: users of its share go to
 * it. Without a running version that they could go back to, all users do.
 */
export function stepReady(draft: Draft, promotion: Promotion, target: Target): void {
  const { running, testing } = draft.state;
  const { stepping } = promotion;
  if (!stepping || testing === null) return;
  if (running === null || (running.target === null && isGivenUp(draft.state, draft.rules))) {
    return completePromotion(draft, target);
  }
  const isFirst = stepping.hasBegun !== true;
  set(draft, { ...promotion, phase: 'stepping' }, { ...stepping, target, hasBegun: true });
  follow(draft);
  if (isFirst) record(draft);
}

/** Time has passed: the next step begins, or all users follow. */
export function stepOn(draft: Draft): void {
  const { promotion, testing, running } = draft.state;
  const stepping = steppingOf(draft.state);
  if (promotion === null || stepping === null || testing === null) return;
  const { target, steps, at } = stepping;
  if (target !== null && running?.target == null && isGivenUp(draft.state, draft.rules)) {
    const text = `${running?.release.name ?? 'running'} is down, so all its users follow`;
    const reasons = [...promotion.reasons, reasonOf('takeover', text)];
    draft.set({ promotion: { ...promotion, reasons } });
    return completePromotion(draft, target);
  }
  follow(draft);
  const now = steppingOf(draft.state);
  if (now === null || now.isHeld === true || target === null) return;
  const { nowMs } = draft.rules;
  const leftMs = leftOf(now, nowMs);
  const next = steps[at + 1];
  if (leftMs > 0) {
    if (nowMs - now.sinceMs >= LOOK_MS) set(draft, promotion, { ...now, leftMs, sinceMs: nowMs });
  } else if (next === undefined) completePromotion(draft, target);
  else {
    set(draft, promotion, { ...now, at: at + 1, leftMs: next.ms, sinceMs: nowMs });
    record(draft);
  }
}

/** An operator lets all users follow now; false when this version is not promoted in steps. */
export function completeSteps(
  draft: Draft,
  { name, by, reasons }: Asked & { name: string },
): boolean {
  const { promotion, testing } = draft.state;
  if (!promotion?.stepping || testing?.release.name !== name) return false;
  const { stepping, ...whole } = promotion;
  draft.set({ promotion: { ...whole, phase: wholePhase(promotion), by, reasons } });
  if (promotion.phase === 'stepping' && stepping.target !== null) {
    completePromotion(draft, stepping.target);
  }
  return true;
}

/** What is left of the step under way. */
export function leftOf({ leftMs, sinceMs, isHeld }: Stepping, nowMs: number): number {
  return isHeld === true ? leftMs : Math.max(0, leftMs - Math.max(0, nowMs - sinceMs));
}

/** Why the step under way lasts; null: nothing holds it. */
export function heldBy(state: Deployment): string | null {
  const stepping = steppingOf(state);
  if (stepping === null) return null;
  if (stepping.target === null) return 'its process does not serve at the moment';
  if (stepping.complaint) return 'something speaks against it';
  return isPaused(state) ? 'Vili is paused' : null;
}

/** After a start of Vili no process of it is left: the step goes on when a fresh one is ready. */
export function holdSteps(draft: Draft): void {
  const { promotion } = draft.state;
  if (!promotion?.stepping) return;
  const { stepping } = promotion;
  set(
    draft,
    { ...promotion, phase: wholePhase(promotion) },
    { ...stepping, target: null, isHeld: true },
  );
}

/** The time of a step goes on only while users can be with the version and nothing holds it. */
export function follow(draft: Draft): void {
  const { promotion } = draft.state;
  const stepping = steppingOf(draft.state);
  if (promotion === null || stepping === null) return;
  const isHeld = heldBy(draft.state) !== null;
  if (isHeld === (stepping.isHeld ?? false)) return;
  const { nowMs } = draft.rules;
  set(draft, promotion, { ...stepping, leftMs: leftOf(stepping, nowMs), sinceMs: nowMs, isHeld });
}

// Private

/** A servlet that does not serve now gets all users once it is ready. */
function wholePhase({ phase }: Promotion): 'stopping-test' | 'starting' {
  return phase === 'stopping-test' ? phase : 'starting';
}

function set(draft: Draft, promotion: Promotion, stepping: Stepping): void {
  draft.set({ promotion: { ...promotion, stepping } });
}

function record(draft: Draft): void {
  const { testing } = draft.state;
  const stepping = steppingOf(draft.state);
  if (testing === null || stepping === null) return;
  const ms = stepping.steps[stepping.at]?.ms ?? 0;
  const text = `It has ${stepText(stepping)} for ${durationOf(ms)}`;
  draft.record('stepped', testing.release, [reasonOf('step', text)]);
}
