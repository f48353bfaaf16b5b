import { printable } from './printable.ts';
import { wrapWords } from './table.ts';

/** What a promotion still needs: on one line if it fits, else as a list. */
export function neededLines(missing: readonly string[], columns: number, indent = ''): string[] {
  if (missing.length === 0) return [];
  const title = `${indent}still needed:`;
  const inline = `${title} ${missing.map(printable).join(', ')}`;
  if (inline.length <= columns) return [inline];
  const lines = missing.flatMap((one) =>
    wrapWords(`${indent}  - ${printable(one)}`, columns, `${indent}    `),
  );
  return [title, ...lines];
}
