import type { IgnoredField } from '../../compare/noise/ignored.ts';
import type { EndpointReport } from '../../verdict/explain/endpoint-report.ts';
import type { Certainty, Decision } from '../../verdict/report.ts';
import type { CoverageView } from '../coverage.ts';
import type { LogExtract } from '../samples/log-extract.ts';
import type { Signal } from './signals.ts';

/** Bounds of a report, whatever was found. */
export const REPORT_LIMITS = { reasons: 10, endpoints: 10, ignored: 100, missing: 20 } as const;

/** Schema `vili.report/1` of `report.json`: fields may be added, never renamed. */
export interface Report {
  readonly schema: 'vili.report/1';
  /**
   * What became of it: `promoted`, `rejected`, `inconclusive` (not promoted, since the deadline was
   * over), `rolled-back`; `testing` while it is tested.
   */
  readonly verdict: string;
  /** When that was, ISO 8601. */
  readonly at: string;
  readonly version: string;
  /** The version that users had then. */
  readonly running: string | null;
  readonly by: string;
  /** All of it in one sentence. */
  readonly sentence: string;
  readonly reasons: readonly ReportReason[];
  /** What the test found; absent where there was none, or it is not known any more. */
  readonly test?: TestReport;
}

/** Why, in a sentence with its numbers. */
export interface ReportReason {
  readonly code: string;
  readonly endpoint: string | null;
  readonly text: string;
  readonly observed: number;
  readonly limit: number;
  /** Ids of samples: `vili diff --sample ID`. */
  readonly samples: readonly string[];
}

/** What a test found, within `REPORT_LIMITS`. */
export interface TestReport {
  readonly decision: Decision;
  readonly condemned: boolean;
  readonly pairs: number;
  readonly elapsedMs: number;
  readonly progress: number;
  readonly certainty: Certainty;
  readonly missing: readonly string[];
  /** Requests that running was asked twice, and pairs during which it was left alone. */
  readonly controls?: {
    readonly asked: number;
    readonly pausedSlow: number;
    readonly pausedBusy: number;
  };
  readonly signals: readonly Signal[];
  /** The most suspicious first. */
  readonly endpoints: readonly ReportEndpoint[];
  readonly ignored: readonly IgnoredField[];
  readonly ignoredCount: number;
  readonly coverage: CoverageView;
}

/** What is held against an endpoint, with the samples kept of it. */
export interface ReportEndpoint extends EndpointReport {
  readonly samples: readonly SampleLine[];
}

/** A sample in one line. */
export interface SampleLine {
  readonly id: string;
  readonly signal: string;
  readonly key: string;
  readonly at: string;
  /** What both logged around it, at most 3 lines each; absent when it is not known. */
  readonly logs?: LogExtract;
}
