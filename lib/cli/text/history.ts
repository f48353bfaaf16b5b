import type { HistoryEntry } from '../../model/history.ts';
import { dateTime } from '../../text/times.ts';
import type { Style, TextOptions } from './colors.ts';
import { printable } from './printable.ts';
import { alignRows, wrapWords } from './table.ts';

/** The longest name of an event. */
const NAME_WIDTH = 'rolled-back'.length;

/** `vili history`: one line for each event, with its reasons below. */
export function historyText(entries: readonly HistoryEntry[], options: TextOptions): string[] {
  const rows = entries.map((entry) => [
    printable(dateTime(entry.at)),
    { text: entry.event, style: styleOf(entry.event, options) },
    printable(entry.version),
    entry.by === 'vili' ? '' : `by ${printable(entry.by)}`,
  ]);
  const lines = alignRows(rows);
  return entries.flatMap((entry, at) => [lines[at] ?? '', ...reasonLines(entry.reasons, options)]);
}

/** `vili events`: one event, its reasons below. */
export function eventLines(entry: HistoryEntry, options: TextOptions): string[] {
  const { at, event, version, by, reasons } = entry;
  const who = by === 'vili' ? '' : `  by ${printable(by)}`;
  const name = styleOf(event, options)(event) + ' '.repeat(Math.max(0, NAME_WIDTH - event.length));
  return [
    `${printable(dateTime(at))}  ${name}  ${printable(version)}${who}`,
    ...reasonLines(reasons, options),
  ];
}

// Private

function reasonLines(reasons: readonly string[], { columns }: TextOptions): string[] {
  return reasons.flatMap((reason) => wrapWords(`    ${printable(reason)}`, columns, '      '));
}

function styleOf(event: HistoryEntry['event'], { colors }: TextOptions): Style {
  if (event === 'promoted') return colors.good;
  if (event === 'rejected' || event === 'crashed' || event === 'refused') return colors.bad;
  return event === 'rolled-back' || event === 'superseded' || event === 'restarted'
    ? colors.careful
    : (text) => text;
}
