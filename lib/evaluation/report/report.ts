import type { Reason } from '../../model/reason.ts';
import type { IgnoredField } from '../../compare/noise/ignored.ts';
import type {
  Certainty,
  Decision,
  EndpointReport,
  Estimate,
  SignalRow,
} from '../../verdict/report.ts';
import type { CoverageView } from '../coverage.ts';
import type { DeclaredView } from './declared.ts';
import type { LogExtract } from '../samples/log-extract.ts';

/** The bounds of a report. */
export const REPORT_LIMITS = { reasons: 10, endpoints: 10, ignored: 100, missing: 20 } as const;

/** Schema `vili.report/1` of `report.json`: fields may be added, never renamed. */
export interface Report {
  readonly schema: 'vili.report/1';
  /**
   * What became of the version: `promoted`, `rejected`, `inconclusive` (not promoted by the
   * deadline), `rolled-back`, or `testing` during its test.
   */
  readonly verdict: string;
  /** When that happened, ISO 8601. */
  readonly at: string;
  readonly version: string;
  /** The version that served users at that time. */
  readonly running: string | null;
  readonly by: string;
  /** The whole report in one sentence. */
  readonly sentence: string;
  readonly reasons: readonly Reason[];
  /** What the test found; absent without a test, or when it is no longer known. */
  readonly test?: TestReport;
}

/** What a test found, within `REPORT_LIMITS`. */
export interface TestReport {
  /** For a version on probation: which one it was judged by, called running here. */
  readonly against?: string;
  readonly decision: Decision;
  readonly condemned: boolean;
  readonly pairs: number;
  readonly elapsedMs: number;
  readonly progress: number;
  readonly certainty: Certainty;
  readonly missing: readonly string[];
  /** When the promotion is due if the traffic stays as it is, or why never; absent once it is decided. */
  readonly estimate?: Estimate;
  /** Requests sent to running twice, and pairs during which they were not. */
  readonly controls?: {
    readonly asked: number;
    readonly pausedSlow: number;
    readonly pausedBusy: number;
  };
  /** Differences that the version is meant to have, by its `.accept` file; absent where there are none. */
  readonly declared?: readonly DeclaredView[];
  /** Sessions that copies carried in testing's own terms; absent where there were none. */
  readonly translated?: number;
  readonly signals: readonly SignalRow[];
  /** The most suspicious first. */
  readonly endpoints: readonly ReportEndpoint[];
  readonly ignored: readonly IgnoredField[];
  readonly ignoredCount: number;
  readonly coverage: CoverageView;
}

/** What counts against an endpoint, with its samples. */
export interface ReportEndpoint extends EndpointReport {
  readonly samples: readonly SampleLine[];
}

/** A sample in one line. */
export interface SampleLine {
  readonly id: string;
  readonly signal: string;
  readonly key: string;
  readonly at: string;
  /** What both versions logged around it, at most 3 lines each; absent when not known. */
  readonly logs?: LogExtract;
}
