import type { EndpointEvidence } from '../evidence/endpoint.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { TallyEntry } from '../evidence/tally.ts';

/** What is known of one endpoint, for people who look into it. */
export interface EndpointReport {
  readonly endpoint: string;
  readonly pairs: number;
  readonly worse: number;
  readonly better: number;
  /** Answers that were timed, and those in which testing was clearly slower. */
  readonly timed: number;
  readonly slower: number;
  /** Pairs with a second answer of running, and how often only one side differed. */
  readonly controls: number;
  readonly testingDiffers: number;
  readonly runningDiffers: number;
  readonly held: boolean;
  /** Which answer stood against which, where testing did worse. */
  readonly failures: readonly TallyEntry[];
  /** Differences that count, and those that are only told. */
  readonly differences: readonly TallyEntry[];
  readonly alsoSeen: readonly TallyEntry[];
}

/** Endpoints with something to tell, the most suspicious first. */
export function endpointReports(evidence: Evidence, max: number): readonly EndpointReport[] {
  return [...evidence.endpoints.all()]
    .filter((one) => isTelling(one))
    .sort((left, right) => suspicionOf(right) - suspicionOf(left))
    .slice(0, max)
    .map(reportOf);
}

// Private

function isTelling({ counts, failures, differences, alsoSeen }: EndpointEvidence): boolean {
  const told = failures !== null || differences !== null || alsoSeen !== null;
  return told || counts.hold > 0;
}

function suspicionOf(endpoint: EndpointEvidence): number {
  const { counts, burst, latency } = endpoint;
  const values = [counts.paired, counts.slow, counts.shape, burst.value, latency.value];
  const held = counts.hold > 0 ? 2 : 1;
  return Math.max(...values) * held * endpoint.budget + counts.letIn;
}

function reportOf({ name, counts, failures, differences, alsoSeen }: EndpointEvidence) {
  return {
    endpoint: name,
    pairs: counts.pairs,
    worse: counts.worse,
    better: counts.better,
    timed: counts.timed,
    slower: counts.slower,
    controls: counts.controls,
    testingDiffers: counts.shapeWorse,
    runningDiffers: counts.shapeBetter,
    held: counts.hold > 0,
    failures: failures?.entries() ?? [],
    differences: differences?.entries() ?? [],
    alsoSeen: alsoSeen?.entries() ?? [],
  };
}
