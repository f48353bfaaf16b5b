import type { IgnoredField } from '../../compare/noise/ignored.ts';
import { differenceKey } from '../../compare/noise/noise.ts';
import type { DifferenceKind } from '../../compare/outcome.ts';
import { counted } from '../../text/numbers.ts';
import { oddsOf } from '../../verdict/explain/wording.ts';
import type { Reason } from '../../model/reason.ts';
import type { EndpointReport, SignalRow, VerdictReport } from '../../verdict/report.ts';
import { shownBy } from '../../verdict/signals/list.ts';
import type { CoverageView } from '../coverage.ts';
import type { MeasuresView } from '../measures.ts';
import type { SampleEntry } from '../samples/sample-index.ts';
import { REPORT_LIMITS, type Report, type SampleLine, type TestReport } from './report.ts';

/** Who decided where no person did. */
const VILI = 'vili';
/** Samples named with a reason. */
const MAX_SAMPLES = 5;

/** Everything known of a test at one point in time. */
export interface TestFindings {
  readonly verdict: VerdictReport;
  readonly measures: MeasuresView;
  readonly signals: readonly SignalRow[];
  readonly coverage: CoverageView;
  readonly ignored: readonly IgnoredField[];
  readonly endpoints: readonly EndpointReport[];
}

/** What was decided, and by whom. */
export interface DecisionRecord {
  readonly verdict: string;
  readonly at: string;
  readonly version: string;
  readonly running: string | null;
  readonly by: string;
  readonly reasons: readonly Reason[];
}

/** The reasons with the samples that illustrate them. */
export function withSamples<R extends Reason>(
  reasons: readonly R[],
  samples: readonly SampleEntry[],
): readonly R[] {
  return reasons.map((reason) => ({ ...reason, samples: idsFor(reason, samples) }));
}

/** What a report says about the test, within `REPORT_LIMITS`. */
export function testReport(findings: TestFindings, samples: readonly SampleEntry[]): TestReport {
  const { verdict, measures, signals, coverage, ignored } = findings;
  const { decision, condemned, pairs, elapsedMs, progress, certainty, missing, estimate } = verdict;
  return {
    decision,
    condemned,
    pairs,
    elapsedMs: Math.round(elapsedMs),
    progress,
    certainty,
    missing: missing.slice(0, REPORT_LIMITS.missing),
    ...(estimate !== null && { estimate }),
    controls: {
      asked: measures.baselines,
      pausedSlow: measures.pausedSlow,
      pausedBusy: measures.pausedBusy,
    },
    ...(measures.translated > 0 && { translated: measures.translated }),
    signals,
    endpoints: listedEndpoints(findings, REPORT_LIMITS.endpoints).map((one) => ({
      ...one,
      samples: samples
        .filter(
          ({ endpoint, key }) => endpoint === one.endpoint && !isIgnored(ignored, endpoint, key),
        )
        .map(sampleLine),
    })),
    ignored: ignored
      .toSorted((left, right) => right.times - left.times)
      .slice(0, REPORT_LIMITS.ignored),
    ignoredCount: ignored.length,
    coverage,
  };
}

/** The most suspicious endpoints, without differences that turned out to be noise. */
export function listedEndpoints(
  { endpoints, ignored }: Pick<TestFindings, 'endpoints' | 'ignored'>,
  max: number,
): readonly EndpointReport[] {
  return endpoints.slice(0, max).map((one) => withoutIgnored(one, ignored));
}

/** Whether the log of the version, not a request, shows what a reason of this code says. */
export function isShownByLogs(code: string): boolean {
  return shownBy(code) === 'logs';
}

/** The report on a decision; `test` is null where no test is known. */
export function composeReport(decision: DecisionRecord, test: TestReport | null): Report {
  const reasons = decision.reasons.slice(0, REPORT_LIMITS.reasons);
  const verdict = verdictOf(decision);
  return {
    schema: 'vili.report/1',
    ...decision,
    verdict,
    sentence: sentenceOf({ ...decision, verdict }, test),
    reasons,
    ...(test !== null && { test }),
  };
}

// Private

/** The first that fit: there may be thousands, and reasons are told with every decision. */
function idsFor({ code, endpoint }: Reason, samples: readonly SampleEntry[]): string[] {
  const signal = shownBy(code);
  const ids: string[] = [];
  for (const one of samples) {
    if (one.signal !== signal || (endpoint !== null && one.endpoint !== endpoint)) continue;
    if (ids.push(one.id) >= MAX_SAMPLES) break;
  }
  return ids;
}

/** A test that reaches its deadline rejects the version without anything proven against it. */
function verdictOf({ verdict, reasons }: DecisionRecord): string {
  const [first] = reasons;
  const isInconclusive = first?.code === 'deadline' || first?.text.startsWith('inconclusive:');
  return verdict === 'rejected' && isInconclusive === true ? 'inconclusive' : verdict;
}

function withoutIgnored(one: EndpointReport, ignored: readonly IgnoredField[]): EndpointReport {
  const isShown = ({ kind, path }: EndpointReport['alsoSeen'][number]): boolean =>
    !isIgnored(ignored, one.endpoint, differenceKey(kind as DifferenceKind, path));
  return {
    ...one,
    differences: one.differences.filter(isShown),
    alsoSeen: one.alsoSeen.filter(isShown),
  };
}

function isIgnored(ignored: readonly IgnoredField[], endpoint: string, key: string): boolean {
  return ignored.some(
    (field) => field.endpoint === endpoint && differenceKey(field.kind, field.path) === key,
  );
}

function sentenceOf(
  { verdict, version, running, by, reasons }: DecisionRecord,
  test: TestReport | null,
) {
  const than = running === null || running === version ? 'the running version' : running;
  const whose = by === VILI ? '' : ` by ${by}`;
  const after = test === null ? '' : ` after ${counted(test.pairs, 'compared request')}`;
  if (verdict === 'testing') return testingSentence(version, than, test);
  if (verdict === 'probation')
    return `${version} is on probation${after}${sidesOf(version, test).replace(' on probation', '')}.`;
  if (verdict === 'inconclusive') {
    return `${version} was not promoted, and nothing was proven against it: ${reasons[0]?.text ?? ''}`;
  }
  const endpoints = new Set(reasons.flatMap(({ endpoint }) => endpoint ?? []));
  const where = endpoints.size === 0 ? '' : ` on ${counted(endpoints.size, 'endpoint')}`;
  const isProven = test?.decision === 'reject' && verdict === 'rejected';
  const odds = isProven
    ? `: it is worse than ${than}${where}, at odds of ${oddsOf(test.certainty.oddsWorse)} ` +
      `(${oddsOf(test.certainty.oddsNeeded)} is enough)`
    : '';
  const why = odds === '' && reasons[0] !== undefined ? `: ${reasons[0].text}` : odds;
  const text = `${version} was ${verdict}${whose}${after}${sidesOf(version, test)}${why}`;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** Who is who in the rest of the report, where users had the version that is judged. */
function sidesOf(version: string, test: TestReport | null): string {
  if (test?.against === undefined) return '';
  return ` on probation ("testing" is ${version}, "running" is ${test.against}, which got copies)`;
}

function testingSentence(version: string, than: string, test: TestReport | null): string {
  if (test === null || test.pairs === 0) {
    return `${version} is under test; no request was compared yet.`;
  }
  const { decision, condemned, certainty, pairs } = test;
  const soFar = `after ${counted(pairs, 'compared request')}`;
  const odds = `${oddsOf(certainty.oddsWorse)} (${oddsOf(certainty.oddsNeeded)} rejects)`;
  if (decision === 'reject' || condemned) {
    const confirming = decision === 'reject' ? '' : ', which is being confirmed';
    return `${version} is worse than ${than}, ${soFar}, at odds of ${odds}${confirming}.`;
  }
  if (decision === 'promote') return `${version} is good enough to be promoted, ${soFar}.`;
  const sure = certainty.oddsWorse > 1 ? `; the odds that it is worse are ${odds} so far` : '';
  return `${version} is under test: no decision ${soFar}${sure}.`;
}

function sampleLine({ id, signal, key, atMs, logs }: SampleEntry): SampleLine {
  return { id, signal, key, at: isoOf(atMs), ...(logs !== null && { logs }) };
}

function isoOf(ms: number): string {
  const at = new Date(ms);
  return Number.isNaN(at.getTime()) ? '' : at.toISOString();
}
