import { counted } from '../../text/numbers.ts';
import { durationOf } from '../../text/times.ts';
import type { Estimate } from '../report.ts';
import { BLOCK_ODDS } from '../parameters.ts';
import { signals } from '../signals/list.ts';
import type { Criterion } from '../signals/signal.ts';
import { endpointMissing, heldEndpoints, heldProgress } from './blockers.ts';
import type { DecisionContext } from './context.ts';
import { estimateOf } from './estimate.ts';

const MAX_ENDPOINTS_NAMED = 3;
const suspicions = signals.flatMap((one) => one.suspicion ?? []);
/** The functions alone, as `conditions` below: the decision may be asked for after each pair. */
const suspicionValues = suspicions.map((one) => one.value);

const enoughTime: Criterion = {
  kind: 'amount',
  isMet: ({ settings }, elapsedMs) => elapsedMs >= settings.minTimeMs,
  progress: ({ settings }, elapsedMs) => elapsedMs / settings.minTimeMs,
  missing: ({ settings }, elapsedMs) => [durationOf(settings.minTimeMs - elapsedMs, true)],
};

const noEndpointBlocks: Criterion = {
  kind: 'amount',
  isMet: ({ evidence }) => evidence.totals.held === 0,
  progress: heldProgress,
  missing: (context) => {
    const held = heldEndpoints(context);
    const lines = held.slice(0, MAX_ENDPOINTS_NAMED).map(endpointMissing);
    const rest = held.length - lines.length;
    return rest > 0 ? [...lines, `${counted(rest, 'more endpoint')} like these`] : lines;
  },
};

/** Evidence over all endpoints that is not enough to reject but too much to promote. */
const nothingSuspicious: Criterion = {
  kind: 'objection',
  isMet: ({ evidence }) => {
    for (const value of suspicionValues) if (value(evidence) >= BLOCK_ODDS) return false;
    return true;
  },
  progress: ({ evidence }) =>
    Math.min(1, ...suspicions.map(({ value }) => BLOCK_ODDS / value(evidence))),
  missing: ({ evidence }) =>
    suspicions
      .filter(({ value }) => value(evidence) >= BLOCK_ODDS)
      .map(({ words }) => `more that speaks for it: so far ${words(evidence)}`),
};

/** The cheap and common ones first: the decision stops at the first that is not met. */
const criteria: readonly Criterion[] = [
  enoughTime,
  noEndpointBlocks,
  ...ofSignals('amount'),
  ...ofSignals('proof'),
  nothingSuspicious,
  ...ofSignals('objection'),
];

const speedCriteria = signals.flatMap((one) => (one.isSpeed ? (one.criterion ?? []) : []));
const conditions = criteria.map((one) => one.isMet);

export function mayPromote(context: DecisionContext, elapsedMs: number): boolean {
  for (const isMet of conditions) if (!isMet(context, elapsedMs)) return false;
  return true;
}

export function speedMissing(context: DecisionContext, elapsedMs: number): boolean {
  return speedCriteria.some((one) => !one.isMet(context, elapsedMs));
}

/** How far the promotion is, 0 to 1, what it still needs, whether anything objects to it, and when it is there. */
export function promotionState(
  context: DecisionContext,
  elapsedMs: number,
): { progress: number; missing: readonly string[]; isBlocked: boolean; estimate: Estimate } {
  const unmet = criteria.filter((criterion) => !criterion.isMet(context, elapsedMs));
  const shares = unmet.map((criterion) => clamped(criterion.progress(context, elapsedMs)));
  const missing = unmet.flatMap((criterion) => criterion.missing(context, elapsedMs));
  const isBlocked = unmet.some((one) => one.kind === 'objection' || one === noEndpointBlocks);
  const estimate = estimateOf(context, { unmet, shares, elapsedMs, isBlocked });
  return { progress: Math.min(1, ...shares), missing, isBlocked, estimate };
}

// Private

function ofSignals(kind: Criterion['kind']): readonly Criterion[] {
  return signals.flatMap(({ criterion }) => (criterion?.kind === kind ? criterion : []));
}

function clamped(share: number): number {
  return share > 0 ? Math.min(1, share) : 0;
}
