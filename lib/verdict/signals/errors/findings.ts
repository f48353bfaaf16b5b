import type { Reason } from '../../../model/reason.ts';
import { counted, percent } from '../../../text/numbers.ts';
import type { DecisionContext } from '../../decision/context.ts';
import type { EndpointEvidence } from '../../evidence/endpoint.ts';
import { worseAndBetter } from '../../explain/wording.ts';
import { type Finding, MAX_SAMPLES, WORTH_REPORTING } from '../signal.ts';
import { BUDGET, endpointPart, errorsAgainst, failuresOf, totalsPart } from './counting.ts';

const MAX_ENDPOINTS = 4;
/** When the endpoints named have less than this share of all failures, the sum is reported as well. */
const TELLING_SHARE = 0.7;

/** Requests in which testing did worse, by endpoint. */
export function errorFindings(context: DecisionContext): readonly Finding[] {
  const { evidence } = context;
  const { paired, burst } = totalsPart.of(evidence);
  const against = errorsAgainst(evidence);
  const suspects = [...evidence.endpoints.all()]
    .filter(({ counts }) => counts.worse > counts.better)
    .sort((left, right) => strengthOf(right) - strengthOf(left));
  const named = suspects
    .filter((one) => one.counts.hold > 0 || isSuspicious(one))
    .slice(0, MAX_ENDPOINTS);
  const explained = named.reduce((sum, { counts }) => sum + counts.worse, 0);
  // The largest share of what the endpoint did is never below what the global tests say it did.
  const found = named
    .filter(({ counts }) => counts.letIn !== counts.worse)
    .map((endpoint): Finding => {
      const { worse } = endpoint.counts;
      const part = isSuspicious(endpoint) ? worse / Math.max(1, evidence.totals.worse) : 0;
      const strength = Math.max(strengthOf(endpoint), against * part * part);
      return { reason: endpointReason(context, endpoint), strength };
    });
  const isOverall = Math.max(paired, burst.value) >= WORTH_REPORTING;
  const isSpread = explained < TELLING_SHARE * evidence.totals.worse;
  if (isOverall && suspects.length > 1 && isSpread) {
    const strength = BUDGET.paired * paired + BUDGET.burst * burst.value;
    found.push({ reason: totalReason(context, suspects), strength });
  }
  return found;
}

// Private

/** An endpoint that fails now and then on both sides, and once more on testing, is not to blame. */
function isSuspicious(endpoint: EndpointEvidence): boolean {
  const { paired, burst } = endpointPart.of(endpoint);
  return Math.max(paired, burst.value) >= WORTH_REPORTING;
}

/** What one endpoint adds to the evidence for a rejection. */
function strengthOf(endpoint: EndpointEvidence): number {
  const { paired, burst } = endpointPart.of(endpoint);
  const excess = BUDGET.endpointPaired * (paired - 1) + BUDGET.endpointBurst * (burst.value - 1);
  return Math.max(0, endpoint.budget * excess);
}

function endpointReason({ settings }: DecisionContext, endpoint: EndpointEvidence): Reason {
  const { pairs, worse, better } = endpoint.counts;
  const [top, ...others] = failuresOf(endpoint);
  const what = top === undefined ? 'did worse' : `${top.testing} where running ${top.running}`;
  const also =
    others.length > 0 && top !== undefined ? ` (${top.count} times) or failed otherwise` : '';
  const balance = better > 0 ? `, and better in ${better}` : '';
  return {
    code: 'errors',
    endpoint: endpoint.name,
    text:
      `${endpoint.name}: testing ${what}${also}, in ${worse} of ` +
      `${counted(pairs, 'request')}${balance} (at most ${percent(settings.margin)} more ` +
      `failures than running are allowed)`,
    observed: worse / pairs,
    limit: settings.margin,
    samples: top?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}

function totalReason(
  { evidence: { totals }, settings }: DecisionContext,
  suspects: readonly EndpointEvidence[],
): Reason {
  const samples = suspects.flatMap((one) => failuresOf(one)[0]?.samples.slice(0, 1) ?? []);
  return {
    code: 'errors',
    endpoint: null,
    text:
      `against running, testing did ${worseAndBetter(totals.worse, totals.better)} of ` +
      `${counted(totals.pairs, 'request')}, on ${counted(suspects.length, 'endpoint')} ` +
      `(at most ${percent(settings.margin)} more failures than running are allowed)`,
    observed: (totals.worse - totals.better) / totals.pairs,
    limit: settings.margin,
    samples: samples.slice(0, MAX_SAMPLES),
  };
}
