import { isShownByLogs } from '../../evaluation/report/compose.ts';
import { declaredReason } from '../../evaluation/report/declared.ts';
import { pausedText } from '../../evaluation/report/paused.ts';
import type { Reason } from '../../model/reason.ts';
import type { Report, TestReport } from '../../evaluation/report/report.ts';
import type { HistoryEntry } from '../../model/history.ts';
import { counted, percent, percentDone, someOf } from '../../text/numbers.ts';
import { dateTime, shortDuration } from '../../text/times.ts';
import type { TextOptions } from './colors.ts';
import { declaredText } from './overview/declared.ts';
import { neverLines } from './overview/never.ts';
import { sampleIdOf } from './diff.ts';
import { neededLines } from './needed.ts';
import { printable } from './printable.ts';
import { acceptCommand } from '../terminal/shell.ts';
import { signalLines } from './signal-table.ts';
import { wrapWords } from './table.ts';

/** With this many of each, the text still fits one screen. */
const MAX_NAMED = 5;
const MAX_REASONS = 4;
const MAX_MISSING = 4;
const MAX_PLACES = 3;
/** The certainty of the verdict, which the first sentence states already. */
const CERTAINTY = / (?:The odds that|So far the odds that) testing is worse are .*$/;

/** `vili why`: what is wrong, how sure Vili is, which request to try; one screen of 80 columns. */
export function whyText(report: Report, options: TextOptions): string[] {
  const { columns, colors } = options;
  const { test } = report;
  const isOver = report.verdict !== 'testing' && report.verdict !== 'probation';
  const word = isOver ? report.verdict : wordOf(report);
  const head = `${printable(report.version)}: ${word.toUpperCase()}`;
  const facts = isOver
    ? `${printable(dateTime(report.at))} by ${printable(report.by)}`
    : progressOf(test);
  const lines = [`${colors.strong(head)}   ${facts}`];
  const reasons = test === undefined ? report.reasons : reasonsBelow(report);
  if (test !== undefined) {
    lines.push(...wrapWords(printable(report.sentence), columns), '');
    lines.push(...signalLines(test.signals, colors), '');
  }
  const { version } = report;
  for (const reason of reasons.slice(0, MAX_REASONS)) {
    lines.push(...reasonLines(reason, version, options));
  }
  const more = reasons.length - MAX_REASONS;
  if (more > 0) lines.push(`- and ${more} more, in report.md of its folder and --json`);
  if (test !== undefined) lines.push(...testLines(test, isOver, options));
  return lines;
}

/** `vili why` when there is no report: the last decision. */
export function lastDecisionText(
  history: readonly HistoryEntry[],
  { columns }: TextOptions,
): string[] {
  const decided = new Set(['promoted', 'rejected', 'superseded', 'rolled-back', 'refused']);
  const last = history.findLast((entry) => decided.has(entry.event));
  if (last === undefined) return ['nothing is under test and nothing was decided yet'];
  return entryText(last, columns);
}

/** `vili why VERSION` when there is no report of it: the last that happened to it with reasons; null when the history has nothing of it. */
export function lastEventText(
  version: string,
  history: readonly HistoryEntry[],
  { columns }: TextOptions,
): string[] | null {
  const isIt = (name: string): boolean => name === version || name.endsWith(`-${version}`);
  const events = history.filter((entry) => isIt(entry.version));
  const last = events.findLast(({ reasons }) => reasons.length > 0) ?? events.at(-1);
  return last === undefined ? null : entryText(last, columns);
}

/** What is said of a version without a report; the history may still know it. */
export function nothingKnown(version: string, history: readonly HistoryEntry[]): string {
  const names = [...new Set(history.map((entry) => entry.version))].slice(-MAX_NAMED);
  const others = names.length === 0 ? '' : `; the history knows ${names.join(', ')}`;
  return `no test of ${version} is known${others}`;
}

// Private

function entryText(last: HistoryEntry, columns: number): string[] {
  const version = printable(last.version);
  const head = `${version} was ${last.event} by ${printable(last.by)} on ${printable(dateTime(last.at))}`;
  const reasons = last.reasons.flatMap((text) => wrapWords(`- ${printable(text)}`, columns, '  '));
  return [...wrapWords(head, columns, '  '), ...reasons];
}

function wordOf({ verdict, reasons, test }: Report): string {
  if (verdict === 'probation') return 'on probation';
  if (test === undefined) return 'testing';
  if (test.condemned && test.decision === 'collecting') return 'about to be rejected';
  if (test.decision !== 'collecting') return test.decision;
  return reasons.length > 0 ? 'hold' : 'collecting';
}

function progressOf(test: TestReport | undefined): string {
  if (test === undefined) return '';
  const { pairs, elapsedMs, progress } = test;
  return `${percentDone(progress)} of the evidence, ${counted(pairs, 'pair')} in ${shortDuration(elapsedMs)}`;
}

/** The reasons that the sentence above does not state already. */
function reasonsBelow({ reasons, sentence }: Report): Reason[] {
  return reasons.map(withoutCertainty).filter(({ text }) => !sentence.includes(text));
}

function withoutCertainty(reason: Reason): Reason {
  return { ...reason, text: reason.text.replace(CERTAINTY, '') };
}

function reasonLines(
  { code, text, samples, accept }: Reason,
  version: string,
  { columns }: TextOptions,
): string[] {
  const [first] = samples;
  const lines = wrapWords(`- ${printable(text)}`, columns, '  ');
  if (first !== undefined) lines.push(`  try: vili diff --sample ${sampleIdOf(first)}`);
  // On one line of its own, whatever its length: it is to be copied.
  if (accept !== undefined) lines.push(`  accept it: ${acceptCommand(version, accept)}`);
  if (isShownByLogs(code)) lines.push(...wrapWords(`  see: ${printable(version)}/logs/`, columns));
  return lines;
}

function testLines(test: TestReport, isOver: boolean, options: TextOptions): string[] {
  const { columns } = options;
  const lines: string[] = [];
  const add = (title: string, texts: readonly string[]): void => {
    if (texts.length === 0) return;
    lines.push(...wrapWords(`${title}: ${texts.join(', ')}`, columns, '  '));
  };
  if (!isOver) {
    lines.push(...neededLines(test.missing.slice(0, MAX_MISSING), columns));
    lines.push(...neverLines(test.estimate, options, ''));
  }
  add('declared', declared(test));
  add('also seen', alsoSeen(test));
  add('ignored', ignored(test));
  add('never compared', uncovered(test));
  add('not comparable', notComparable(test));
  const paused = pausedText(test);
  add('spared', paused === null ? [] : [paused]);
  const { translated = 0 } = test;
  add('copied', translated > 0 ? [`${counted(translated, 'session')} translated`] : []);
  const [sample] = test.endpoints.flatMap((one) => one.samples);
  if (sample !== undefined) {
    lines.push('', 'look closer: vili diff   send again: vili replay --all');
  }
  return lines;
}

/** What the version is meant to have. */
function declared({ declared: all = [] }: TestReport): string[] {
  return shortList(all.map((one) => `${declaredText(one)} (${one.reason})`));
}

function alsoSeen({ endpoints }: TestReport): string[] {
  const fields = endpoints.flatMap(({ endpoint, alsoSeen: seen }) =>
    seen.map(({ kind, path, count }) => ({
      count,
      text: `${endpoint} ${path} ${kind} (${count})`,
    })),
  );
  return shortList(fields.sort((a, b) => b.count - a.count).map(({ text }) => text));
}

/** A field that many endpoints have is listed once. */
function ignored(test: TestReport): string[] {
  const places = new Map<string, number>();
  for (const { path, kind, reason, endpoint } of test.ignored) {
    const isDeclared = declaredReason(test.declared, { reason, path, endpoint }) !== null;
    if (isDeclared) continue;
    const why = reason === 'rule' ? 'by a rule' : 'differs by itself';
    const key = `${path} ${kind} ${why}`;
    places.set(key, (places.get(key) ?? 0) + 1);
  }
  return shortList(
    [...places]
      .sort(([, a], [, b]) => b - a)
      .map(([key, count]) => (count > 1 ? `${key} (${count} endpoints)` : key)),
  );
}

function uncovered({ coverage }: TestReport): string[] {
  return shortList(coverage.endpoints.map(({ name, share }) => `${name} (${percent(share)})`));
}

/** Endpoints whose bodies were not compared, although both versions responded. */
function notComparable({ coverage }: TestReport): string[] {
  const all = coverage.notComparable ?? [];
  return shortList(
    all.map(({ name, why, pairs }) => `${name} (${why}, ${counted(pairs, 'pair')})`),
  );
}

function shortList(texts: readonly string[]): string[] {
  return someOf(texts, MAX_PLACES).map(printable);
}
