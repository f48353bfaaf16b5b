import type { VerdictBasis } from './basis.ts';
import { rejectionParts } from './budget.ts';
import type { EndpointEvidence } from './endpoint.ts';
import { type Finding, MAX_SAMPLES, WORTH_TELLING } from './finding.ts';
import type { TallyEntry } from './tally.ts';
import { counted, grouped, percent } from './wording.ts';

const MAX_ENDPOINTS = 3;

/** Answers that are slower by the median, or very slow now and then. */
export function latencyFindings(basis: VerdictBasis): readonly Finding[] {
  const { evidence, parameters } = basis;
  const { budget } = parameters;
  const parts = rejectionParts(evidence, budget);
  const findings: Finding[] = [];
  if (evidence.latency.value >= WORTH_TELLING) {
    findings.push({ reason: slowerReason(basis, null), strength: parts.latency });
  }
  if (evidence.totals.slow >= WORTH_TELLING) {
    findings.push({ reason: verySlowReason(basis, null), strength: parts.slow });
  }
  const endpoints = [...evidence.endpoints.all()];
  for (const one of worst(endpoints, (endpoint) => endpoint.latency.value)) {
    const strength = budget.endpointLatency * one.budget * one.latency.value;
    findings.push({ reason: slowerReason(basis, one), strength });
  }
  for (const one of worst(endpoints, (endpoint) => endpoint.counts.slow)) {
    const strength = budget.endpointSlow * one.budget * one.counts.slow;
    findings.push({ reason: verySlowReason(basis, one), strength });
  }
  return findings;
}

// Private

function worst(
  endpoints: readonly EndpointEvidence[],
  valueOf: (endpoint: EndpointEvidence) => number,
): readonly EndpointEvidence[] {
  return endpoints
    .filter((endpoint) => valueOf(endpoint) >= WORTH_TELLING)
    .sort((left, right) => valueOf(right) - valueOf(left))
    .slice(0, MAX_ENDPOINTS);
}

function slowerReason(
  { evidence: { totals }, parameters }: VerdictBasis,
  endpoint: EndpointEvidence | null,
): Finding['reason'] {
  const { slower, timed } = endpoint?.counts ?? totals;
  const { latencyMargin, latencySlackMs } = parameters;
  const seen = timing(endpoint, 'slower');
  const instance =
    seen === undefined ? '' : `, for instance ${seen.testing} instead of ${seen.running}`;
  // The test looks for a change at any moment: what was before does not make up for it.
  const lately = slower > timed / 2 ? '' : 'in more than half for a while; ';
  return {
    code: 'latency',
    endpoint: endpoint?.name ?? null,
    text:
      `${subject(endpoint)}testing took over ${percent(latencyMargin)} and ${latencySlackMs} ms ` +
      `longer than running for the same request in ${grouped(slower)} of ${counted(timed, 'answer')}` +
      `${instance} (${lately}at most half may)`,
    observed: slower / Math.max(1, timed),
    limit: 0.5,
    samples: seen?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}

function verySlowReason(
  { evidence, parameters }: VerdictBasis,
  endpoint: EndpointEvidence | null,
): Finding['reason'] {
  const { totals } = evidence;
  const { slowTesting, slowRunning } = endpoint?.counts ?? totals;
  const timed = endpoint === null ? totals.slowTimed : endpoint.counts.timed;
  const blamed = endpoint ?? slowest(evidence.endpoints.all());
  return {
    code: 'slow',
    endpoint: endpoint?.name ?? null,
    text:
      `${subject(endpoint)}testing alone was very slow (over ${parameters.slowFactor} times ` +
      `running's 95th percentile) in ${slowTesting} of ${counted(timed, 'answer')}, running alone ` +
      `in ${slowRunning} (at most ${percent(parameters.slowMargin)} more are allowed)`,
    observed: (slowTesting - slowRunning) / Math.max(1, timed),
    limit: parameters.slowMargin,
    samples: timing(blamed, 'slow')?.samples.slice(0, MAX_SAMPLES) ?? [],
  };
}

function timing(
  endpoint: EndpointEvidence | null | undefined,
  kind: string,
): TallyEntry | undefined {
  return endpoint?.timings?.entries().find((one) => one.kind === kind);
}

function slowest(endpoints: Iterable<EndpointEvidence>): EndpointEvidence | undefined {
  let found: EndpointEvidence | undefined;
  for (const one of endpoints) {
    if (one.counts.slowTesting > (found?.counts.slowTesting ?? 0)) found = one;
  }
  return found;
}

function subject(endpoint: EndpointEvidence | null): string {
  return endpoint === null ? 'over all endpoints, ' : `${endpoint.name}: `;
}
