import type { StatusView } from '../../../operator/views/status-view.ts';
import { counted, grouped } from '../../../text/numbers.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { wrapWords } from '../table.ts';

const INDENT = '  ';

/** Where a promotion in steps is, and what its users got so far. */
export function stepsLines(steps: StatusView['steps'], { columns, colors }: TextOptions): string[] {
  if (!steps) return [];
  const { text, evidence, complaint } = steps;
  const found = (complaint ?? evidence)?.reasons.map((reason) => sentence(reason.text)) ?? [];
  const seen = evidence === null ? '' : ` ${seenText(evidence)}`;
  const all = [`${sentence(text)}${seen}`, ...found].join(' ');
  const lines = wrapWords(printable(`${INDENT}steps    ${all}`), columns, ' '.repeat(11));
  return complaint === null ? lines : lines.map(colors.bad);
}

// Private

function seenText({
  responses,
  controlResponses,
}: NonNullable<NonNullable<StatusView['steps']>['evidence']>): string {
  return `Its users got ${counted(responses, 'response')}, judged beside ${grouped(controlResponses)} of running.`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
