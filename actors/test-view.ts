import type { Evaluation } from '../lib/evaluation/evaluation.ts';
import { testReport } from '../lib/evaluation/report/compose.ts';
import { signalsOf } from '../lib/evaluation/report/signals.ts';
import type { LogContext } from '../lib/evaluation/samples/log-context.ts';
import type { SampleStore } from '../lib/evaluation/samples/sample-store.ts';
import type { LogBatch } from '../lib/logs/follow/batch.ts';
import type { OutcomeBatch } from '../lib/mirror/settings.ts';
import type { Release } from '../lib/model/release.ts';
import type { VerdictReport } from '../lib/verdict/report.ts';
import type { VerdictSettings } from '../lib/verdict/settings.ts';
import type { EvaluationView, TestView } from './messages.ts';

/** The evidence on a test and the pairs kept of it. */
export interface Begun {
  readonly evaluation: Evaluation;
  readonly store: SampleStore;
  /** What both logged lately, for the samples. */
  readonly context: LogContext;
}

/** A test as the comparator has it in hand. */
export interface Test extends Begun {
  readonly release: Release;
  readonly report: VerdictReport | null;
}

type Side = 'running' | 'testing';

/** Takes what the far side found. */
export function compared(test: Test | null, batch: OutcomeBatch, nowMs: number): void {
  if (test === null || batch.testId !== test.release.name) return;
  test.evaluation.pairs(batch.outcomes);
  test.evaluation.ignored(batch.ignored);
  if (batch.noise !== null) test.evaluation.learnedNoise(batch.noise);
  test.evaluation.underWay(batch.overdue, batch.paused);
  for (const sample of batch.samples) {
    test.store.add(sample);
    test.context.expect(sample, nowMs);
  }
}

/** Takes what one side logged. */
export function logged({ evaluation, context }: Test, side: Side, batch: LogBatch): void {
  evaluation.logged(side, batch);
  context.logged(side, batch);
}

/** Puts the log lines beside the samples they belong to; with `all`, whatever is known of them. */
export function completeSamples({ context, store }: Test, nowMs: number, all = false): void {
  for (const { id, logs } of context.take(nowMs, all)) store.addLogs(id, logs);
}

/** What `vili status` shows of it. */
export function describe(test: Test | null, rules: VerdictSettings): EvaluationView | null {
  if (test?.report == null) return null;
  const { release, evaluation, report } = test;
  const { measures } = evaluation.findings(report);
  return { release, report, signals: signalsOf(report, measures, rules) };
}

/** All that is told of it. */
export function viewOf(test: Test | null, rules: VerdictSettings): TestView | null {
  if (test?.report == null) return null;
  const { release, evaluation, report, store } = test;
  const found = testReport(evaluation.findings(report), store.entries(), rules);
  return { version: release.name, reasons: report.reasons, test: found };
}
