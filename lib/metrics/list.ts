import { ACTORS } from './families/actors.ts';
import { FINDINGS } from './families/findings.ts';
import { FLEET } from './families/fleet.ts';
import { HOST } from './families/host.ts';
import { ROLES } from './families/roles.ts';
import { SPANS } from './families/spans.ts';
import { TRAFFIC } from './families/traffic.ts';
import { VERDICT } from './families/verdict.ts';
import { VERSIONS } from './families/versions.ts';
import type { Metric } from './metric.ts';

/** All metrics by the headings of `docs/metrics.md`. */
export const METRIC_FAMILIES: Readonly<Record<string, readonly Metric[]>> = {
  'Requests and copies': TRAFFIC,
  'Responses by role': ROLES,
  'Versions and their processes': VERSIONS,
  Verdict: VERDICT,
  Findings: FINDINGS,
  'Several hosts': FLEET,
  Traces: SPANS,
  'Vili itself': HOST,
  Actors: ACTORS,
};

export const METRICS: readonly Metric[] = Object.values(METRIC_FAMILIES).flat();
