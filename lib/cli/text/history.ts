import type { HistoryEntry } from '../../model/history.ts';
import { dateTime } from '../../text/times.ts';
import type { Style, TextOptions } from './colors.ts';
import { printable } from './printable.ts';
import { alignRows, wrapWords } from './table.ts';

/** `vili history`: one line for each event, with its reasons below. */
export function historyText(entries: readonly HistoryEntry[], options: TextOptions): string[] {
  const rows = entries.map((entry) => [
    printable(dateTime(entry.at)),
    { text: entry.event, style: eventStyle(entry.event, options) },
    printable(entry.version),
    entry.by === 'vili' ? '' : `by ${printable(entry.by)}`,
  ]);
  const lines = alignRows(rows);
  return entries.flatMap((entry, at) => [
    lines[at] ?? '',
    ...entry.reasons.flatMap((reason) =>
      wrapWords(`    ${printable(reason)}`, options.columns, '      '),
    ),
  ]);
}

/** Good and bad news are told apart at a glance. */
export function eventStyle(event: HistoryEntry['event'], { colors }: TextOptions): Style {
  if (event === 'promoted') return colors.good;
  if (event === 'rejected' || event === 'crashed' || event === 'refused') return colors.bad;
  return event === 'rolled-back' || event === 'superseded' || event === 'restarted'
    ? colors.careful
    : (text) => text;
}
