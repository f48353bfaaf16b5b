import type { PairOutcome } from '../../compare/outcome.ts';
import { isDenied, severityOf } from '../../compare/severity.ts';
import type { EndpointCounts, EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { VerdictParameters } from '../settings.ts';

/** Requests running refuses: does testing let them in? Two of them are enough to reject. */
export function observeAuth(
  evidence: Evidence,
  endpoint: EndpointEvidence,
  outcome: PairOutcome,
  stands: boolean,
  parameters: VerdictParameters,
): void {
  if (!isDenied(outcome.running)) return;
  const { counts } = endpoint;
  if (outcome.deniedAgain === true) counts.refusedTwice++;
  if (outcome.deniedAgain === false) counts.refusedOnce++;
  if (!stands || mostlyPasses(counts)) return;
  const letIn = severityOf(outcome.testing) === 0;
  evidence.totals.refused++;
  counts.refused++;
  if (letIn) {
    evidence.totals.letIn++;
    counts.letIn++;
  }
  evidence.auth.update(letIn, parameters.letInRate);
}

/**
 * Whether running means its refusal. It does not when it lets the same caller in a moment later: a
 * log-in that had not taken effect, a check of access that failed. Where it was not asked again, what
 * it mostly did at this endpoint decides, and in doubt it stands. Fixed before testing's answer.
 */
export function denialStands({ counts }: EndpointEvidence, outcome: PairOutcome): boolean {
  const { deniedAgain = null } = outcome;
  return deniedAgain ?? !mostlyPasses(counts);
}

// Private

/** Refusals here come and go: two in a row may be chance, and are no proof of a door. */
function mostlyPasses({ refusedOnce, refusedTwice }: EndpointCounts): boolean {
  return refusedOnce > refusedTwice;
}
