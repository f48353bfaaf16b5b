import type { PairOutcome } from '../compare/outcome.ts';
import { discordanceE } from './e-values.ts';
import type { EndpointEvidence } from './endpoint.ts';
import type { Evidence } from './evidence.ts';
import { severityOf } from './severity.ts';

/**
 * Bodies and what else the comparer calls a difference, as a paired test: testing differs from
 * running and running's second answer does not, or the other way round. Identical versions make both
 * equally likely whatever the noise. Whether there is a control must not depend on the answers.
 */
export function observeShape(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  outcome: PairOutcome,
): void {
  const severity = severityOf(outcome.running);
  if (severity === 2 || severity !== severityOf(outcome.testing)) return;
  const { totals, sums } = evidence;
  const { counts } = endpoint;
  if (outcome.control === null) {
    counts.uncontrolled++;
    if (outcome.differs) counts.uncontrolledDiffers++;
    return;
  }
  counts.controls++;
  if (outcome.differs === outcome.control.differs) return;
  if (outcome.differs) {
    counts.shapeWorse++;
    totals.shapeWorse++;
  } else {
    counts.shapeBetter++;
    totals.shapeBetter++;
  }
  const before = counts.shape;
  counts.shape = discordanceE(counts.shapeWorse, counts.shapeBetter, 0.5);
  totals.shape = discordanceE(totals.shapeWorse, totals.shapeBetter, 0.5);
  sums.shape += endpoint.budget * (counts.shape - before);
}
