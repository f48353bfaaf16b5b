import type { StatusView } from '../../../operator/views/status-view.ts';
import { counted, grouped, percent } from '../../../text/numbers.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { wrapWords } from '../table.ts';

const INDENT = '  ';
/** Of the requests, so many times more or fewer than of the users are told as uneven. */
const UNEVEN = 3;

/** Where a promotion in steps is, and what its users got so far. */
export function stepsLines(steps: StatusView['steps'], { columns, colors }: TextOptions): string[] {
  if (!steps) return [];
  const { text, evidence, complaint } = steps;
  const found = (complaint ?? evidence)?.reasons.map((reason) => sentence(reason.text)) ?? [];
  const seen = evidence === null ? '' : ` ${seenText(evidence, steps.share)}`;
  const all = [`${sentence(text)}${seen}`, ...found].join(' ');
  const lines = wrapWords(printable(`${INDENT}steps    ${all}`), columns, ' '.repeat(11));
  return complaint === null ? lines : lines.map(colors.bad);
}

// Private

type Evidence = NonNullable<NonNullable<StatusView['steps']>['evidence']>;

/** Few clients, or many behind one address, make a share of the users another share of the requests. */
function seenText(
  { responses, requestShare, controlResponses }: Evidence,
  userShare: number,
): string {
  const sent = requestShare === null ? '' : `sent ${percent(requestShare)} of the requests and `;
  const isUneven =
    requestShare !== null &&
    (requestShare > UNEVEN * userShare || requestShare < userShare / UNEVEN);
  const uneven = isUneven ? ' The share is uneven: promotion.sticky names clients otherwise.' : '';
  return (
    `Its users ${sent}got ${counted(responses, 'response')}, ` +
    `judged beside ${grouped(controlResponses)} of running.${uneven}`
  );
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
