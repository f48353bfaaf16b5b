import { advance } from '../arrival.ts';
import type { Draft } from '../draft.ts';
import type { Previous } from '../state.ts';
import { endComparison } from './compare.ts';

/** How often what is left of a probation is saved: so much of it begins again when Vili is killed. */
const LOOK_MS = 10_000;

/** Begins a probation, or goes on with what is left of one. */
export function beginProbation(draft: Draft, previous: Previous, leftMs: number): void {
  const untilMs = draft.rules.nowMs + leftMs;
  look(draft, { ...previous, untilMs, leftMs });
}

/**
 * Ends the probation, or notes how much of it is left. A timer of an earlier promotion, or of a deployer that has been
 * restarted, does neither.
 */
export function probationOver(draft: Draft): void {
  const { previous } = draft.state;
  const { nowMs } = draft.rules;
  if (previous === null) return;
  if (nowMs >= previous.untilMs) letPreviousGo(draft);
  else if (nowMs >= nextLookMs(previous)) {
    look(draft, { ...previous, leftMs: previous.untilMs - nowMs });
  }
  // A newer version may have waited for the mirror.
  if (draft.state.testing?.phase === 'waiting') advance(draft);
}

/** When the probation is to be looked at again, on the steady clock. */
export function nextLookMs({ untilMs, leftMs }: Previous): number {
  return leftMs === undefined ? untilMs : Math.min(untilMs, untilMs - leftMs + LOOK_MS);
}

/** What is left of a probation after Vili was down. */
export function leftOf({ untilMs, leftMs }: Previous, nowMs: number, probationMs: number): number {
  const left = typeof leftMs === 'number' && Number.isFinite(leftMs) ? leftMs : untilMs - nowMs;
  // The clock may have been set back: no probation lasts longer than a full one from now.
  return Math.min(left, probationMs);
}

export function letPreviousGo(draft: Draft): void {
  const { previous } = draft.state;
  if (previous === null) return;
  endComparison(draft);
  draft.set({ previous: null });
  draft.retire(previous.release);
}

// Private

function look(draft: Draft, previous: Previous): void {
  draft.set({ previous });
  const { probationMs, comparedMs, nowMs } = draft.rules;
  const sharedMs = previous.untilMs - probationMs + (comparedMs ?? 0);
  const nextMs = nextLookMs(previous);
  draft.ask({ type: 'probation', atMs: nextMs });
  if (sharedMs > nowMs && sharedMs < nextMs) draft.ask({ type: 'probation', atMs: sharedMs });
}
