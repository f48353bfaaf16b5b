import type { Release } from '../model/release.ts';
import type { Decision } from '../verdict/report.ts';
import type { Counts } from '../verdict/sharing/counts.ts';
import type { Test } from './test.ts';

/** What of a test adds up over several hosts, and what this one decides by itself. */
export interface SharedEvidence {
  readonly release: Release;
  readonly decision: Decision;
  readonly counts: Counts;
}

/** Null while nothing is tested or decided yet, and on probation. */
export function sharedOf(test: Test | null, nowMs: number): SharedEvidence | null {
  const counts = test?.counts(nowMs) ?? null;
  const report = test?.describe()?.report;
  if (test === null || counts === null || report === undefined) return null;
  return { release: test.release, decision: report.decision, counts };
}
