import { readRecord, readValue } from '../evidence/checkpoint.ts';
import { unjudgedIn } from '../evidence/unjudged.ts';
import { seldomBroken } from '../signals/errors/counting.ts';
import { hurtsUsers } from '../signals/health.ts';
import { isGettingFaster } from '../signals/speed/pace.ts';
import { rejectionE, withoutErrors, withoutSpeed } from './budget.ts';
import type { DecisionContext } from './context.ts';

/** Without requests, and for what may pass by itself, the confirmation takes this many times as long. */
const SILENT_FACTOR = 4;
/** Evidence that has fallen to this share of its peak is not confirmed. */
const FALLEN_SHARE = 0.03;
/** And that of a 4xx, which may pass by itself, to this share. */
const PASSING_FALLEN_SHARE = 0.3;

/** The evidence for a rejection is complete: since when (ms of the test), and its peak so far. */
export interface PendingRejection {
  readonly sinceMs: number;
  readonly peak: number;
}

/**
 * Follows the evidence for a rejection; null while it is not complete. Slowness alone completes it
 * only after the shortest time of a test, not while testing is getting faster, and never where copies slow running
 * down: running then slows down copies as well. Evidence that falls is not confirmed: what it came from is
 * over, and the confirmation begins anew.
 */
export function pendingRejectionOf(
  context: DecisionContext,
  before: PendingRejection | null,
  elapsedMs: number,
): PendingRejection | null {
  const { evidence, settings, rejectOdds } = context;
  const value = rejectionE(evidence);
  if (value < rejectOdds) return null;
  const rest = withoutSpeed(value, evidence);
  const isFaster = isGettingFaster(evidence, value - rest);
  if (rest < rejectOdds && (elapsedMs < settings.minTimeMs || isFaster || hurtsUsers(context)))
    return null;
  const share = restsOnWhatPasses(context) ? PASSING_FALLEN_SHARE : FALLEN_SHARE;
  if (before === null || value < share * before.peak) {
    return { sinceMs: elapsedMs, peak: value };
  }
  return value > before.peak ? { sinceMs: before.sinceMs, peak: value } : before;
}

/**
 * Whether a pending rejection is final: testing never did well, or the evidence lasted for the time of a
 * hiccup. That takes requests that could have spoken for testing, or a longer time without any. There
 * is no hurry, since testing serves no user.
 */
export function isConfirmed(
  context: DecisionContext,
  { sinceMs }: PendingRejection,
  elapsedMs: number,
): boolean {
  const { evidence, settings } = context;
  const { pairs, worse, lastPairAt } = evidence.totals;
  if (worse > 0 && worse === pairs - unjudgedIn(evidence).setAside) return true;
  const { confirmTimeMs } = settings;
  const heldMs = elapsedMs - sinceMs;
  if (heldMs >= SILENT_FACTOR * confirmTimeMs) return true;
  if (restsOnWhatPasses(context)) return false;
  return heldMs >= confirmTimeMs && lastPairAt >= sinceMs + confirmTimeMs / 2;
}

/** What is still needed while a rejection is pending. */
export function confirmationMissing(
  context: DecisionContext,
  { sinceMs }: PendingRejection,
  elapsedMs: number,
): string {
  const factor = restsOnWhatPasses(context) ? SILENT_FACTOR : 1;
  const left = Math.max(1000, sinceMs + factor * context.settings.confirmTimeMs - elapsedMs);
  const seconds = Math.ceil(left / 1000);
  return `the evidence for a rejection is complete and is being confirmed, ${seconds} s more`;
}

/** @throws ViliError `VILI_VERDICT_CHECKPOINT` for anything but a pending rejection or null. */
export function readPendingRejection(data: unknown): PendingRejection | null {
  if (data === null) return null;
  const record = readRecord(data, 'condemned');
  return {
    sinceMs: readValue(record['sinceMs'], 'condemned.sinceMs'),
    peak: readValue(record['peak'], 'condemned.peak'),
  };
}

// Private

/**
 * A 4xx may pass by itself: a response kept too long in a cache, a client with wrong data. A spell of that
 * has to last longer than a broken version has to be broken.
 */
function restsOnWhatPasses({ evidence, rejectOdds }: DecisionContext): boolean {
  return seldomBroken(evidence) && withoutErrors(evidence) < rejectOdds;
}
