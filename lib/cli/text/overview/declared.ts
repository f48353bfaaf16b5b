import type { DeclaredView } from '../../../evaluation/report/declared.ts';
import { counted, someOf } from '../../../text/numbers.ts';
import type { TextOptions } from '../colors.ts';
import { printable } from '../printable.ts';
import { wrapWords } from '../table.ts';

const MAX_NAMED = 5;
const INDENT = '  ';

/** Which differences the version under test is meant to have, and whether they were seen. */
export function declaredLines(
  declared: readonly DeclaredView[] | undefined,
  { columns }: Pick<TextOptions, 'columns'>,
): string[] {
  if (declared === undefined || declared.length === 0) return [];
  const all = someOf(declared.map(declaredText), MAX_NAMED);
  return wrapWords(printable(`${INDENT}declared: ${all.join(', ')}`), columns, INDENT);
}

/** `GET /items/{id} $.price seen 61 times` */
export function declaredText({ endpoint, path, times }: DeclaredView): string {
  const where = endpoint === null ? path : `${endpoint} ${path}`;
  if (times === null) return where;
  return times === 0 ? `${where} not seen` : `${where} seen ${counted(times, 'time')}`;
}
