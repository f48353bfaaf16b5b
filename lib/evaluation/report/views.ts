import type { Release } from '../../model/release.ts';
import type { Reason } from '../../model/reason.ts';
import type { EndpointReport, SignalRow, VerdictReport } from '../../verdict/report.ts';
import type { DeclaredView } from './declared.ts';
import type { TestReport } from './report.ts';

/** What `vili status` shows of a test. */
export interface EvaluationView {
  readonly release: Release;
  readonly against: string | null;
  readonly report: VerdictReport;
  readonly signals: readonly SignalRow[];
  /** The most suspicious first, at most 20. */
  readonly endpoints: readonly EndpointReport[];
  readonly declared: readonly DeclaredView[];
}

/** Everything reported of a test. */
export interface TestView {
  readonly version: string;
  readonly against: string | null;
  readonly reasons: readonly Reason[];
  readonly test: TestReport;
}
