import { endpointMissing, largestE } from '../decision/blockers.ts';
import type { EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { EndpointReport, EndpointState } from '../report.ts';
import { signals } from '../signals/list.ts';

const factsOf = signals.flatMap((one) => one.facts ?? []);

/** Endpoints with something to report, the most suspicious first, and among equals those where most was seen. */
export function endpointReports(evidence: Evidence, max: number): readonly EndpointReport[] {
  // What is seen of an endpoint takes longest to gather, so only those that come first are asked for it.
  const weighed = [...evidence.endpoints.all()]
    .map((endpoint) => ({ endpoint, weight: weightOf(endpoint) }))
    .sort((left, right) => right.weight - left.weight);
  const found: EndpointReport[] = [];
  for (let first = 0; first < weighed.length && found.length < max; ) {
    const weight = weighed[first]?.weight;
    let next = first + 1;
    while (weighed[next]?.weight === weight && next < weighed.length) next++;
    found.push(...withNews(weighed.slice(first, next)));
    first = next;
  }
  return found.slice(0, max);
}

/** Where every endpoint stands. */
export function endpointStates(evidence: Evidence): readonly EndpointState[] {
  return [...evidence.endpoints.all()].map((endpoint) => {
    const { pairs, worse, better, hold } = endpoint.counts;
    const needs = hold > 0 ? endpointMissing(endpoint) : null;
    return { endpoint: endpoint.name, pairs, worse, better, held: hold > 0, needs };
  });
}

// Private

/** Of those that are equally suspicious. */
function withNews(
  equals: readonly { readonly endpoint: EndpointEvidence }[],
): readonly EndpointReport[] {
  return equals
    .map(({ endpoint }) => reportOf(endpoint))
    .filter(hasNews)
    .sort((left, right) => newsOf(right) - newsOf(left));
}

function hasNews({ held, failures, differences, alsoSeen }: EndpointReport): boolean {
  return held || failures.length + differences.length + alsoSeen.length > 0;
}

/** How often something was seen there. */
function newsOf({ failures, differences, alsoSeen }: EndpointReport): number {
  const all = [...failures, ...differences, ...alsoSeen];
  return all.reduce((sum, { count }) => sum + count, 0);
}

function weightOf(endpoint: EndpointEvidence): number {
  const { hold, letIn } = endpoint.counts;
  return largestE(endpoint) * (hold > 0 ? 2 : 1) * endpoint.budget + letIn;
}

function reportOf(endpoint: EndpointEvidence): EndpointReport {
  const { pairs, worse, better, hold } = endpoint.counts;
  const blank = {
    endpoint: endpoint.name,
    pairs,
    worse,
    better,
    timed: 0,
    slower: 0,
    controls: 0,
    testingDiffers: 0,
    runningDiffers: 0,
    held: hold > 0,
    failures: [],
    differences: [],
    alsoSeen: [],
  };
  return Object.assign(blank, ...factsOf.map((of) => of(endpoint))) as EndpointReport;
}
