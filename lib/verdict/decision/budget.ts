import type { Evidence } from '../evidence/evidence.ts';
import type { RejectionBudget } from '../settings.ts';

/** What each kind of evidence adds to the total, for the decision and for the explanation. */
export interface RejectionParts {
  readonly errors: number;
  readonly auth: number;
  readonly latency: number;
  readonly slow: number;
  readonly logErrors: number;
  readonly errorKinds: number;
  readonly shape: number;
}

export function rejectionParts(evidence: Evidence, budget: RejectionBudget): RejectionParts {
  const { totals, sums } = evidence;
  return {
    errors:
      budget.paired * totals.paired +
      budget.burst * evidence.burst.value +
      budget.endpointPaired * sums.paired +
      budget.endpointBurst * sums.burst,
    auth: budget.auth * evidence.auth.value,
    latency: budget.latency * evidence.latency.value + budget.endpointLatency * sums.latency,
    slow: budget.slow * totals.slow + budget.endpointSlow * sums.slow,
    logErrors: budget.logErrors * totals.logErrors,
    errorKinds: budget.errorKinds * sums.errorKinds,
    shape: budget.shape * totals.shape + budget.endpointShape * sums.shape,
  };
}

/**
 * The evidence against testing as one e-value: it starts at 1, and while testing is no worse than
 * running, P(it ever reaches 1/alpha) <= alpha.
 */
export function rejectionE(evidence: Evidence, budget: RejectionBudget): number {
  return sumOf(rejectionParts(evidence, budget));
}

export function sumOf(parts: RejectionParts): number {
  return (
    parts.errors +
    parts.auth +
    parts.latency +
    parts.slow +
    parts.logErrors +
    parts.errorKinds +
    parts.shape
  );
}
