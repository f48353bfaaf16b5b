import type { IgnoredField } from '../../compare/noise/ignored.ts';
import type { Sample } from '../../compare/sample/sample.ts';
import type { Report, ReportEndpoint } from '../../evaluation/report/report.ts';
import type { MirrorSettings } from '../../mirror/settings.ts';

/** Which version is meant: its name or number; absent: under test, else decided last. */
export interface VersionQuery {
  readonly version?: string;
}

/** What of the differences is asked for; texts are looked for anywhere in the name. */
export interface DifferencesQuery extends VersionQuery {
  readonly endpoint?: string;
  readonly path?: string;
}

/** Schema `vili.differences/1`: where the answers differ. */
export interface DifferencesView {
  readonly schema: 'vili.differences/1';
  readonly version: string;
  readonly endpoints: readonly ReportEndpoint[];
  readonly ignored: readonly IgnoredField[];
}

/** What it takes to send samples again. */
export interface ReplayPlan {
  readonly version: string;
  readonly samples: readonly Sample[];
  /** Where both versions listen now. */
  readonly running: ReplayTarget | null;
  readonly testing: ReplayTarget | null;
  /** How a copy is made and compared, without the token that marks the daemon's own. */
  readonly settings: MirrorSettings;
}

export interface ReplayTarget {
  readonly instance: string;
  readonly host: string;
  readonly port: number;
}

/** The part of a report that the query asks for. */
export function differencesOf(report: Report, query: DifferencesQuery): DifferencesView {
  const { endpoint = '', path = '' } = query;
  const endpoints = (report.test?.endpoints ?? [])
    .filter((one) => one.endpoint.includes(endpoint))
    .map((one) => ({
      ...one,
      failures: path === '' ? one.failures : [],
      differences: one.differences.filter((field) => field.path.includes(path)),
      alsoSeen: one.alsoSeen.filter((field) => field.path.includes(path)),
      samples: one.samples.filter(({ key }) => key.includes(path)),
    }))
    .filter((one) => path === '' || one.differences.length + one.alsoSeen.length > 0);
  const ignored = (report.test?.ignored ?? []).filter(
    (field) => field.endpoint.includes(endpoint) && field.path.includes(path),
  );
  return { schema: 'vili.differences/1', version: report.version, endpoints, ignored };
}
