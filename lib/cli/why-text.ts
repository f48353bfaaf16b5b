import type { HistoryEntry } from '../operator/history-view.ts';
import type { VerdictView } from '../operator/status-view.ts';
import { printable } from './printable.ts';
import { dateTime, duration, percent } from './quantities.ts';
import { type TextOptions, verdictWord } from './status-text.ts';
import { wrapWords } from './table.ts';

const MAX_SAMPLES = 5;

/** `vili why` while something is under test. */
export function whyText(verdict: VerdictView, { columns }: TextOptions): string[] {
  const version = printable(verdict.version);
  const head = `${version}: ${verdictWord(verdict)} after ${verdict.pairs} pairs in ${duration(verdict.elapsedMs)}, ${percent(verdict.progress)} of the evidence a promotion needs`;
  const lines = wrapWords(head, columns, '  ');
  for (const reason of verdict.reasons) {
    lines.push(...wrapWords(`- ${printable(reason.text)}`, columns, '  '));
    const samples = (reason.samples ?? []).slice(0, MAX_SAMPLES).map(printable).join(', ');
    const details = [
      reason.endpoint === undefined || reason.endpoint === null
        ? ''
        : `endpoint ${printable(reason.endpoint)}`,
      `signal ${printable(reason.code)}`,
      samples === '' ? '' : `requests ${samples}`,
    ].filter((part) => part !== '');
    lines.push(...wrapWords(`  ${details.join('; ')}`, columns, '  '));
  }
  for (const text of verdict.missing) lines.push(`  still needed: ${printable(text)}`);
  return lines;
}

/** `vili why` when nothing is under test: the last decision. */
export function lastDecisionText(
  history: readonly HistoryEntry[],
  { columns }: TextOptions,
): string[] {
  const decided = new Set(['promoted', 'rejected', 'rolled-back', 'refused']);
  const last = history.findLast((entry) => decided.has(entry.event));
  if (last === undefined) return ['nothing is under test and nothing was decided yet'];
  const version = printable(last.version);
  const head = `${version} was ${last.event} by ${printable(last.by)} on ${dateTime(last.at)}`;
  const reasons = last.reasons.flatMap((text) => wrapWords(`- ${printable(text)}`, columns, '  '));
  return [...wrapWords(head, columns, '  '), ...reasons];
}
