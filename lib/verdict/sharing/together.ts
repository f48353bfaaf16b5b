import type { Reason } from '../../model/reason.ts';
import { updateBlocker } from '../decision/blockers.ts';
import {
  isConfirmed,
  type PendingRejection,
  pendingRejectionOf,
  confirmationMissing,
} from '../decision/confirmation.ts';
import { contextOf, type DecisionContext } from '../decision/context.ts';
import { mayPromote, promotionState } from '../decision/criteria.ts';
import { certaintyOf, reasonsFor } from '../explain/explain.ts';
import type { Certainty } from '../report.ts';
import type { VerdictSettings } from '../settings.ts';
import { signals } from '../signals/list.ts';
import { endpointFields, type HostCounts } from './counts.ts';
import { type Sum, sumOf } from './sum.ts';

/** What the evidence of several hosts allows. */
export interface Together {
  readonly decision: 'collecting' | 'promote' | 'reject';
  readonly pairs: number;
  readonly progress: number;
  readonly reasons: readonly Reason[];
  readonly missing: readonly string[];
  readonly certainty: Certainty;
  /** The evidence for a rejection is complete: since when, on the clock of all, and its peak. */
  readonly pending: PendingRejection | null;
}

export interface TogetherOptions {
  readonly settings: VerdictSettings;
  /** On the clock of all. */
  readonly nowMs: number;
  /** As the last decision left it; null at first. */
  readonly pending: PendingRejection | null;
  readonly accepted: readonly string[];
}

/** Decides by the evidence of all hosts as one host would that had seen it all. */
export function decideTogether(
  hosts: readonly HostCounts[],
  { settings, nowMs, pending: before, accepted }: TogetherOptions,
): Together {
  const sum = sumOf(hosts, settings, nowMs);
  const context = contextFrom(sum, settings, accepted);
  const { elapsedMs } = sum;
  const { pairs } = context.evidence.totals;
  // The time of the test and the clock of all go on alike, but hosts come and go.
  const shiftMs = elapsedMs - nowMs;
  const known = before === null ? null : { ...before, sinceMs: before.sinceMs + shiftMs };
  const pending = pairs === 0 ? null : pendingRejectionOf(context, known, elapsedMs);
  const isRejected = pending !== null && isConfirmed(context, pending, elapsedMs);
  const isPromoted = pairs > 0 && pending === null && mayPromote(context, elapsedMs);
  const decision = isRejected ? 'reject' : isPromoted ? 'promote' : 'collecting';
  const state = promotionState(context, elapsedMs);
  const missing =
    pending === null ? state.missing : [confirmationMissing(context, pending, elapsedMs)];
  const isDecided = decision !== 'collecting';
  return {
    decision,
    pairs,
    progress: isDecided ? 1 : Math.min(state.progress, pairs === 0 ? 0 : 1),
    reasons: reasonsFor(context, decision, elapsedMs),
    missing: isDecided ? [] : missing,
    certainty: certaintyOf(context),
    pending: pending === null ? null : { ...pending, sinceMs: pending.sinceMs - shiftMs },
  };
}

// Private

function contextFrom(
  sum: Sum,
  settings: VerdictSettings,
  accepted: readonly string[],
): DecisionContext {
  const context = contextOf(settings);
  const { evidence } = context;
  evidence.restore({
    totals: { ...evidence.totals, ...sum.totals, ...sum.means, lastPairAt: sum.lastPairAtMs },
    burstTimeline: written(sum.step, sum.burst),
    latencyTimeline: written(sum.step, sum.latency),
    endpoints: { discovered: 0, list: [] },
  });
  for (const { name, counts } of sum.endpoints.slice(0, settings.maxEndpoints)) {
    const endpoint = evidence.endpoints.of(name, true);
    endpointFields.write(counts, endpoint.counts, endpoint.parts);
  }
  for (const name of accepted) context.accepted.add(name);
  for (const { recount } of signals) recount?.(context);
  for (const endpoint of evidence.endpoints.all()) updateBlocker(context, endpoint);
  return context;
}

function written(step: number, blocks: Sum['burst']): unknown {
  return [step, ...blocks.map((one) => [one.start, one.misses, one.hits, one.surprise])];
}
