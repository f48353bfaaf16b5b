import { rejectionE } from '../decision/budget.ts';
import type { DecisionContext } from '../decision/context.ts';
import type { Certainty, Decision, Finding, Reason } from '../report.ts';
import { differenceFindings } from '../signals/content.ts';
import { errorFindings } from '../signals/errors.ts';
import { healthFindings } from '../signals/health.ts';
import { latencyFindings } from '../signals/latency.ts';
import { logFindings } from '../signals/logs.ts';
import { deadlineReason, promotionReasons, ruledOutHere } from './promotion-reasons.ts';
import { oddsOf } from './wording.ts';

const MAX_REASONS = 10;
/** Beyond that it makes no difference, and JSON has no infinity. */
const MAX_ODDS = 1e12;
/** A finding that adds less than this to the total, of which 100 rejects, may be chance, and did not cause a rejection. */
const LEAST_PART = 10;

/** The sentences behind a decision, the weightiest first. */
export function reasonsFor(
  context: DecisionContext,
  decision: Decision,
  elapsedMs: number,
): readonly Reason[] {
  if (context.evidence.totals.pairs === 0) return [];
  if (decision === 'promote') return promotionReasons(context);
  const findings = [
    ...errorFindings(context),
    ...latencyFindings(context),
    ...differenceFindings(context),
    ...logFindings(context),
    ...healthFindings(context),
  ].sort((left, right) => right.strength - left.strength);
  const told = decision === 'reject' ? guilty(findings) : findings;
  const sure = certainty(context, decision);
  // Said once: it is about the version, not about one finding.
  const reasons = told
    .slice(0, MAX_REASONS)
    .map((one, index) => withCertainty(one, index === 0 ? sure : ''));
  return decision === 'inconclusive' ? [deadlineReason(context, elapsedMs), ...reasons] : reasons;
}

/** How sure it is that testing is worse, and what is ruled out. */
export function certaintyOf(context: DecisionContext): Certainty {
  const { evidence, parameters, rejectOdds } = context;
  return {
    oddsWorse: Math.min(MAX_ODDS, rejectionE(evidence, parameters.budget)),
    oddsNeeded: rejectOdds,
    ruledOutAlpha: parameters.alphaPromote,
    ruledOut: evidence.totals.pairs === 0 ? 1 : ruledOutHere(context),
  };
}

// Private

/** What carried the rejection; the strongest one if no single one did. */
function guilty(findings: readonly Finding[]): readonly Finding[] {
  const strong = findings.filter((one) => one.strength >= LEAST_PART);
  return strong.length > 0 ? strong : findings.slice(0, 1);
}

function certainty(
  { evidence, parameters, rejectOdds }: DecisionContext,
  decision: Decision,
): string {
  const odds = oddsOf(rejectionE(evidence, parameters.budget));
  return decision === 'reject'
    ? ` The odds that testing is worse are ${odds} (${oddsOf(rejectOdds)} is enough).`
    : ` So far the odds that testing is worse are ${odds} (${oddsOf(rejectOdds)} rejects).`;
}

function withCertainty(finding: Finding, sure: string): Reason {
  const { reason } = finding;
  return finding.strength > 0
    ? { ...reason, text: `${reason.text}.${sure}` }
    : { ...reason, text: `${reason.text}.` };
}
