import type { StatusView, UsersEvidence } from '../../../operator/views/status-view.ts';
import { percent } from '../../../text/numbers.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { wrapWords } from '../table.ts';
import { usersBlock } from './users.ts';

const INDENT = '  ';
/** Of the requests, so many times more or fewer than of the users are told as uneven. */
const UNEVEN = 3;

/** Where a promotion in steps is, and what its users got so far. */
export function stepsLines(steps: StatusView['steps'], options: TextOptions): string[] {
  if (!steps) return [];
  const { columns, colors } = options;
  const { text, evidence, complaint } = steps;
  const found = (complaint ?? evidence)?.reasons.map((reason) => sentence(reason.text)) ?? [];
  const seen = evidence === null ? '' : ` ${seenText(evidence, steps.share)}`;
  const all = [`${sentence(text)}${seen}`, ...found].join(' ');
  const lines = wrapWords(printable(`${INDENT}steps    ${all}`), columns, ' '.repeat(11));
  const told = complaint === null ? lines : lines.map(colors.bad);
  return [...told, ...usersBlock(evidence, steps.running, options)];
}

// Private

/** Few clients, or many behind one address, make a share of the users another share of the requests. */
function seenText({ requestShare }: UsersEvidence, userShare: number): string {
  if (requestShare === null) return 'Its users sent nothing yet.';
  const isUneven = requestShare > UNEVEN * userShare || requestShare < userShare / UNEVEN;
  const uneven = isUneven ? ' The share is uneven: promotion.sticky names clients otherwise.' : '';
  return `Its users sent ${percent(requestShare)} of the requests.${uneven}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
