import { readRecord, readValue } from '../evidence/checkpoint.ts';
import { rejectionParts, sumOf } from './budget.ts';
import type { DecisionContext } from './context.ts';

/** Without requests the confirmation takes this many times as long. */
const SILENT_FACTOR = 4;

/** The evidence for a rejection is complete: since when (ms of the test), and its peak so far. */
export interface PendingRejection {
  readonly sinceMs: number;
  readonly peak: number;
}

/**
 * Follows the evidence for a rejection; null while it is not complete. Slowness alone completes it
 * only after the least time of a test: many a server needs minutes to warm up. Evidence that falls
 * is not confirmed: what it came from is over, and the confirmation begins anew.
 */
export function pendingRejectionOf(
  context: DecisionContext,
  before: PendingRejection | null,
  elapsedMs: number,
): PendingRejection | null {
  const { evidence, parameters, settings, rejectOdds } = context;
  const parts = rejectionParts(evidence, parameters.budget);
  const value = sumOf(parts);
  if (value < rejectOdds) return null;
  const isSlowAlone = value - parts.latency - parts.slow < rejectOdds;
  if (isSlowAlone && elapsedMs < settings.minTimeMs) return null;
  if (before === null || value < parameters.fallenShare * before.peak) {
    return { sinceMs: elapsedMs, peak: value };
  }
  return value > before.peak ? { sinceMs: before.sinceMs, peak: value } : before;
}

/**
 * Whether a rejection stands: testing never did well, or the evidence held for the time of a hiccup.
 * That takes requests which could have spoken for testing; without any, a longer time. A rejection
 * has no haste, since testing serves no user.
 */
export function isConfirmed(
  context: DecisionContext,
  { sinceMs }: PendingRejection,
  elapsedMs: number,
): boolean {
  const { pairs, worse, lastPairAt } = context.evidence.totals;
  if (worse === pairs) return true;
  const { confirmTimeMs } = context.settings;
  const heldMs = elapsedMs - sinceMs;
  if (heldMs >= SILENT_FACTOR * confirmTimeMs) return true;
  return heldMs >= confirmTimeMs && lastPairAt >= sinceMs + confirmTimeMs / 2;
}

/** What is still to come while a rejection is being confirmed. */
export function confirmationMissing(
  { settings }: DecisionContext,
  { sinceMs }: PendingRejection,
  elapsedMs: number,
): string {
  const left = Math.max(1000, sinceMs + settings.confirmTimeMs - elapsedMs);
  const seconds = Math.ceil(left / 1000);
  return `the evidence for a rejection is complete and is being confirmed, ${seconds} s more`;
}

/** @throws ViliError `VILI_VERDICT_CHECKPOINT` for anything else than a condemnation or null. */
export function readPendingRejection(data: unknown): PendingRejection | null {
  if (data === null) return null;
  const record = readRecord(data, 'condemned');
  return {
    sinceMs: readValue(record['sinceMs'], 'condemned.sinceMs'),
    peak: readValue(record['peak'], 'condemned.peak'),
  };
}
