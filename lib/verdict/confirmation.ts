import type { VerdictBasis } from './basis.ts';

/** Without requests the confirmation takes this many times as long. */
const SILENT_FACTOR = 4;

/**
 * Whether a rejection stands: testing never did well, or the evidence held for the time of a hiccup.
 * That takes requests which could have spoken for testing; without any, a longer time. A rejection
 * has no haste, since testing serves no user.
 */
export function isConfirmed(basis: VerdictBasis, condemnedAt: number, elapsedMs: number): boolean {
  const { pairs, worse, lastPairAt } = basis.evidence.totals;
  if (worse === pairs) return true;
  const { confirmTimeMs } = basis.settings;
  const heldMs = elapsedMs - condemnedAt;
  if (heldMs >= SILENT_FACTOR * confirmTimeMs) return true;
  return heldMs >= confirmTimeMs && lastPairAt >= condemnedAt + confirmTimeMs / 2;
}

/** What is still to come while a rejection is being confirmed. */
export function confirmationMissing(
  { settings }: VerdictBasis,
  condemnedAt: number,
  elapsedMs: number,
): string {
  const left = Math.max(1000, condemnedAt + settings.confirmTimeMs - elapsedMs);
  const seconds = Math.ceil(left / 1000);
  return `the evidence for a rejection is complete and is being confirmed, ${seconds} s more`;
}
