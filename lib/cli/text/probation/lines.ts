import type { ProbationStatus, StatusView } from '../../../operator/views/status-view.ts';
import { counted } from '../../../text/numbers.ts';
import { shortDuration } from '../../../text/times.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { wrapWords } from '../table.ts';

const INDENT = '  ';

/** What speaks against running, while Vili does nothing about it. */
export function probationLines(
  probation: StatusView['probation'],
  { columns, colors }: TextOptions,
): string[] {
  if (!probation) return [];
  if (!probation.complaint) return seenLines(probation, columns);
  const { text, reasons } = probation.complaint;
  const why = reasons.map((reason) => ` ${sentence(reason.text)}`).join('');
  return wrapWords(`${INDENT}! ${sentence(printable(text + '.' + why))}`, columns, '    ').map(
    colors.bad,
  );
}

// Private

/** What the comparison with previous has shown so far. */
function seenLines({ leftMs, previous, evidence }: ProbationStatus, columns: number): string[] {
  const left = `${INDENT}probation  ${shortDuration(leftMs)} left`;
  if (evidence === null) return [`${left}; nothing is compared with ${printable(previous)}`];
  const { pairs, reasons } = evidence;
  const seen = reasons.map(({ text }) => sentence(text)).join(' ');
  const found = seen === '' ? 'nothing speaks against it' : seen;
  const text = `${left}; ${counted(pairs, 'request')} compared with ${previous}: ${found}`;
  return wrapWords(printable(text), columns, ' '.repeat(13));
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
