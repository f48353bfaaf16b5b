import type { UsersEvidence } from '../../../operator/views/status-view.ts';
import { counted, decimal, grouped, percent } from '../../../text/numbers.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { alignRows, type Cell, wrapWords } from '../table.ts';

const INDENT = ' '.repeat(11);

type Row = UsersEvidence['rows'][number];
type Count = Row['now'];

/** What users got of a version that is watched by that, beside `other`, and how sure it is: one short block. */
export function usersBlock(
  evidence: UsersEvidence | null,
  other: string,
  options: TextOptions,
): string[] {
  if (evidence === null) return [];
  const { responses, controlResponses, odds, oddsNeeded, rows } = evidence;
  const text =
    `${INDENT}By ${counted(responses, 'response')} to users, beside ${grouped(controlResponses)} ` +
    `of ${printable(other)}: the odds that it is worse are ${decimal(odds)} to 1 ` +
    `(${grouped(oddsNeeded)} to 1 is enough).`;
  return [...wrapWords(text, options.columns, INDENT), ...tableOf(rows, options)];
}

// Private

function tableOf(rows: readonly Row[], { colors }: TextOptions): string[] {
  if (rows.length === 0) return [];
  const hasMeanwhile = rows.some(({ meanwhile }) => meanwhile.responses > 0);
  const head = ['users get', 'before', ...(hasMeanwhile ? ['meanwhile'] : []), 'now', 'at most'];
  return alignRows(
    [
      head.map((text) => ({ text, style: colors.quiet })),
      ...rows.map(({ name, endpoint, before, meanwhile, now, limit }): Cell[] => [
        endpoint === null ? name : printable(`${endpoint}: ${name}`),
        countText(before),
        ...(hasMeanwhile ? [countText(meanwhile)] : []),
        isAbove(now, limit) ? { text: countText(now), style: colors.bad } : countText(now),
        limit === null ? '-' : percent(limit),
      ]),
    ],
    INDENT,
  );
}

function countText({ hits, responses }: Count): string {
  return responses === 0 ? '-' : `${grouped(hits)} of ${grouped(responses)}`;
}

function isAbove({ hits, responses }: Count, limit: number | null): boolean {
  return limit !== null && responses > 0 && hits / responses > limit;
}
