import type { Sample } from '../../compare/sample/sample.ts';
import type { ReplayOptions } from '../../evaluation/replay.ts';
import type { Report, ReportEndpoint, TestReport } from '../../evaluation/report/report.ts';
import type { Target } from '../../model/exchange.ts';

/** The part of the differences that is asked for. */
export interface DifferencesQuery {
  /** Text that the name of an endpoint contains. */
  readonly endpoint?: string | undefined;
  /** Text that the path of a field contains. */
  readonly path?: string | undefined;
}

/** Schema `vili.differences/1`: where the responses differ. */
export interface DifferencesView {
  readonly schema: 'vili.differences/1';
  readonly version: string;
  readonly endpoints: readonly ReportEndpoint[];
  readonly ignored: TestReport['ignored'];
}

/** Everything needed to send samples again. */
export interface ReplayPlan {
  readonly version: string;
  readonly samples: readonly Sample[];
  /** Where both versions listen now. */
  readonly running: Target | null;
  readonly testing: Target | null;
  /** How a copy is made and compared, without the token that marks the daemon's own copies. */
  readonly settings: ReplayOptions['settings'];
}

/** The differences of a report that the query asks for. */
export function differencesOf(
  report: Report,
  { endpoint = '', path = '' }: DifferencesQuery,
): DifferencesView {
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
