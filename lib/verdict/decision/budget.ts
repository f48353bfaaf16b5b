import type { Evidence } from '../evidence/evidence.ts';
import { errorsAgainst } from '../signals/errors/counting.ts';
import { signals } from '../signals/list.ts';

const against = signals.flatMap((one) => one.against ?? []);
const speedAgainst = signals.flatMap((one) => (one.isSpeed ? (one.against ?? []) : []));
/** All shares together: 1 as shipped, in whatever order the fractions are added. */
const TOTAL = Number(
  signals
    .flatMap((one) => Object.values(one.budget ?? {}))
    .reduce((sum, share) => sum + share, 0)
    .toFixed(9),
);

/**
 * The evidence against testing as one e-value: it starts at 1, and while testing is no worse than
 * running, P(it ever reaches 1/alpha) <= alpha.
 */
export function rejectionE(evidence: Evidence): number {
  let sum = 0;
  for (const part of against) sum += part(evidence);
  return sum / TOTAL;
}

/** What each signal adds to it, by the first code of the signal. */
export function rejectionParts(evidence: Evidence): (readonly [code: string, e: number])[] {
  return signals.flatMap(({ codes: [code = ''], against: part }) =>
    part === undefined ? [] : [[code, part(evidence) / TOTAL] as const],
  );
}

/** What is left of it without failures. */
export function withoutErrors(evidence: Evidence): number {
  return rejectionE(evidence) - errorsAgainst(evidence) / TOTAL;
}

/** What is left of it without slowness. */
export function withoutSpeed(value: number, evidence: Evidence): number {
  let rest = value;
  for (const part of speedAgainst) rest -= part(evidence) / TOTAL;
  return rest;
}
