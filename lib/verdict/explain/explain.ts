import type { Reason } from '../../model/reason.ts';
import { counted, percent } from '../../text/numbers.ts';
import { durationOf } from '../../text/times.ts';
import { rejectionE, rejectionParts } from '../decision/budget.ts';
import type { DecisionContext } from '../decision/context.ts';
import { ALPHA_PROMOTE, PROMOTE_ODDS } from '../parameters.ts';
import type { Certainty, Decision } from '../report.ts';
import { fitE, ruledOutShare, ruledOutWords } from '../signals/errors/errors.ts';
import { harmfulTest } from '../signals/health.ts';
import { signals } from '../signals/list.ts';
import type { Finding } from '../signals/signal.ts';
import { oddsOf } from './wording.ts';

const MAX_REASONS = 10;
/** More odds make no difference, and JSON has no infinity. */
const MAX_ODDS = 1e12;
/** A finding that adds less than this to the 100 that reject may be chance, and did not cause a rejection. */
const LEAST_PART = 10;

/** The sentences behind a decision, the weightiest first. */
export function reasonsFor(
  context: DecisionContext,
  decision: Decision,
  elapsedMs: number,
): readonly Reason[] {
  const { evidence } = context;
  if (evidence.totals.pairs === 0 && decision !== 'inconclusive') {
    // All may have been set aside.
    const findings = signals.flatMap((one) => (one.observeAside && one.findings?.(context)) ?? []);
    return findings.map(({ reason }) => ({ ...reason, text: `${reason.text}.` }));
  }
  if (decision === 'promote') return signals.flatMap((one) => one.atPromotion?.(context) ?? []);
  const findings = signals
    .flatMap((one) => one.findings?.(context) ?? [])
    .sort((left, right) => right.strength - left.strength);
  const reported = decision === 'reject' ? guilty(findings) : findings;
  // How sure it is concerns the version, not one finding: so it is said once.
  const reasons = reported.slice(0, MAX_REASONS).map(({ reason, strength }, index): Reason => {
    const sure = index === 0 && strength > 0 ? certaintyWords(context, decision) : '';
    return { ...reason, text: `${reason.text}.${sure}` };
  });
  if (decision !== 'inconclusive') return reasons;
  const harmful = harmfulTest(context);
  if (harmful === null) return [deadlineReason(context, elapsedMs), ...reasons];
  return [harmful, ...reasons.filter(({ code }) => code !== harmful.code)];
}

/** How sure it is that testing is worse, and what is ruled out. */
export function certaintyOf(context: DecisionContext): Certainty {
  const { evidence } = context;
  const parts = rejectionParts(evidence).map(([code, odds]) => [code, Math.min(MAX_ODDS, odds)]);
  return {
    oddsWorse: Math.min(MAX_ODDS, rejectionE(evidence)),
    oddsNeeded: context.rejectOdds,
    bySignal: Object.fromEntries(parts),
    ruledOutAlpha: ALPHA_PROMOTE,
    ruledOut: evidence.totals.pairs === 0 ? 1 : ruledOutShare(evidence),
    oddsFit: Math.min(MAX_ODDS, fitE(context)),
    oddsFitNeeded: PROMOTE_ODDS,
  };
}

// Private

/** What caused the rejection; the strongest finding if no single one did. */
function guilty(findings: readonly Finding[]): readonly Finding[] {
  const strong = findings.filter((one) => one.strength >= LEAST_PART);
  return strong.length > 0 ? strong : findings.slice(0, 1);
}

function certaintyWords({ evidence, rejectOdds }: DecisionContext, decision: Decision): string {
  const odds = oddsOf(rejectionE(evidence));
  return decision === 'reject'
    ? ` The odds that testing is worse are ${odds} (${oddsOf(rejectOdds)} is enough).`
    : ` So far the odds that testing is worse are ${odds} (${oddsOf(rejectOdds)} rejects).`;
}

/** The end of a test without a decision: what is known, and what was asked for. */
function deadlineReason({ evidence, settings }: DecisionContext, elapsedMs: number): Reason {
  const known = ruledOutShare(evidence);
  return {
    code: 'deadline',
    endpoint: null,
    text:
      `inconclusive: no decision after ${durationOf(elapsedMs)} and ` +
      `${counted(evidence.totals.pairs, 'request')}: ${ruledOutWords(known)}, ` +
      `${percent(settings.margin)} had to be ruled out.`,
    observed: known,
    limit: settings.margin,
    samples: [],
  };
}
