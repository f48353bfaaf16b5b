import type { ProbationStatus, StatusView } from '../../../operator/views/status-view.ts';
import { counted } from '../../../text/numbers.ts';
import { shortDuration } from '../../../text/times.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { wrapWords } from '../table.ts';
import { usersBlock } from './users.ts';

const INDENT = '  ';

/** What speaks against running, while Vili does nothing about it. */
export function probationLines(probation: StatusView['probation'], options: TextOptions): string[] {
  if (!probation) return [];
  const { columns, colors } = options;
  const block = usersBlock(probation.users ?? null, probation.previous, options);
  if (!probation.complaint) return [...seenLines(probation, columns), ...block];
  const { text, reasons } = probation.complaint;
  const why = reasons.map((reason) => ` ${sentence(reason.text)}`).join('');
  const lines = wrapWords(`${INDENT}! ${sentence(printable(text + '.' + why))}`, columns, '    ');
  return [...lines.map(colors.bad), ...block];
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
