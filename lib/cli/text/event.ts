import type { HistoryEntry } from '../../model/history.ts';
import { dateTime } from '../../text/times.ts';
import type { TextOptions } from './colors.ts';
import { eventStyle } from './history.ts';
import { printable } from './printable.ts';
import { wrapWords } from './table.ts';

/** The longest name of an event. */
const NAME_WIDTH = 'rolled-back'.length;

/** `vili events`: one event, its reasons below. */
export function eventLines(entry: HistoryEntry, options: TextOptions): string[] {
  const { at, event, version, by, reasons } = entry;
  const who = by === 'vili' ? '' : `  by ${printable(by)}`;
  const name =
    eventStyle(event, options)(event) + ' '.repeat(Math.max(0, NAME_WIDTH - event.length));
  return [
    `${printable(dateTime(at))}  ${name}  ${printable(version)}${who}`,
    ...reasons.flatMap((reason) =>
      wrapWords(`    ${printable(reason)}`, options.columns, '      '),
    ),
  ];
}
