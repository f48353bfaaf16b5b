import type { EndpointState } from '../../verdict/report.ts';
import type { Coverage } from '../coverage.ts';
import type { DecisionRecord } from '../report/compose.ts';
import type { TestReport } from '../report/report.ts';
import { BIN_BOUNDS_MS, type EndpointSides, type SideView } from './endpoint-sides.ts';
import type { CoursePoints } from './points.ts';

/** Endpoints in a view: those with the most requests. */
const MAX_LISTED = 500;

/** Schema `vili.evidence/1`: how the evidence on a version grew. Fields may be added, never renamed. */
export interface EvidenceOverTime {
  readonly schema: 'vili.evidence/1';
  readonly version: string;
  /** The version it is judged by on probation; null in a test. */
  readonly against: string | null;
  /** When the test began, ISO 8601; later where it was interrupted. */
  readonly startedAt: string;
  /** The distance of two points, ms. */
  readonly stepMs: number;
  /** The odds that reject, and those that a promotion needs, to 1. */
  readonly thresholds: { readonly reject: number; readonly promote: number };
  readonly points: CoursePoints;
}

/** Schema `vili.endpoints/1`: both sides of each endpoint. Fields may be added, never renamed. */
export interface EndpointsView {
  readonly schema: 'vili.endpoints/1';
  readonly version: string;
  readonly against: string | null;
  /** Of users since the test began, without health probes. */
  readonly requests: number;
  /** Upper bounds of the bins of `ms`, ms; the last bin is above the last of them. */
  readonly bounds: readonly number[];
  /** At most 500, those with the most requests first. */
  readonly endpoints: readonly EndpointView[];
}

export interface EndpointView {
  readonly endpoint: string;
  /** Of users since the test began, and their share, 0 to 1. */
  readonly requests: number;
  readonly share: number;
  readonly pairs: number;
  readonly worse: number;
  readonly better: number;
  /** It holds back a promotion. */
  readonly held: boolean;
  /** What it still lacks, in words; null where it lacks nothing. */
  readonly needs: string | null;
  readonly running: SideView;
  readonly testing: SideView;
}

/** What is kept of a test beside its report, `evidence.json`. */
export interface CourseView {
  readonly evidence: EvidenceOverTime;
  readonly endpoints: EndpointsView;
}

/** What is left of a test in its version's folder. */
export interface Concluded {
  readonly decision: DecisionRecord;
  readonly test: TestReport | null;
  readonly course: CourseView | null;
}

const NOTHING: SideView = { failed: 0, clientErrors: 0, ms: BIN_BOUNDS_MS.map(() => 0).concat(0) };

/** Traffic, evidence and times of each endpoint together. */
export function endpointsView(
  { version, against }: Pick<EndpointsView, 'version' | 'against'>,
  states: readonly EndpointState[],
  sides: EndpointSides,
  coverage: Coverage,
): EndpointsView {
  const requested = coverage.byEndpoint();
  const byName = new Map(states.map((state) => [state.endpoint, state]));
  const names = new Set([...byName.keys(), ...requested.keys()]);
  let requests = 0;
  for (const count of requested.values()) requests += count;
  const endpoints = [...names]
    .map((endpoint): EndpointView => {
      const state = byName.get(endpoint);
      const count = requested.get(endpoint) ?? 0;
      const { pairs = 0, worse = 0, better = 0, held = false } = state ?? {};
      const both = sides.view(endpoint) ?? { running: NOTHING, testing: NOTHING };
      const needs = state?.needs ?? (pairs === 0 ? 'no request of it was compared yet' : null);
      const share = requests === 0 ? 0 : count / requests;
      return { endpoint, requests: count, share, pairs, worse, better, held, needs, ...both };
    })
    .sort((one, other) => other.requests - one.requests || other.pairs - one.pairs)
    .slice(0, MAX_LISTED);
  return {
    schema: 'vili.endpoints/1',
    version,
    against,
    requests,
    bounds: BIN_BOUNDS_MS,
    endpoints,
  };
}
