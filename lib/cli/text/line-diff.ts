/** Further lines are left out: the work grows with the product of both lengths. */
const MAX_LINES = 400;

export interface DiffLine {
  readonly mark: ' ' | '-' | '+';
  readonly text: string;
}

/** The lines of both texts, marked when only in the first (`-`) or only in the second (`+`). */
export function diffLines(left: readonly string[], right: readonly string[]): readonly DiffLine[] {
  const [a, b] = [left.slice(0, MAX_LINES), right.slice(0, MAX_LINES)];
  const longest = matchLengths(a, b);
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ mark: ' ', text: a[i++] ?? '' });
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ mark: '-', text: a[i++] ?? '' });
    } else lines.push({ mark: '+', text: b[j++] ?? '' });
  }
  return lines;
}

// Private

/** The length of the longest common subsequence of both ends, by their starts. */
function matchLengths(a: readonly string[], b: readonly string[]): Uint16Array[] {
  const rows = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const below = rows[i + 1]?.[j] ?? 0;
      const right = rows[i]?.[j + 1] ?? 0;
      const both = (rows[i + 1]?.[j + 1] ?? 0) + 1;
      const row = rows[i];
      if (row !== undefined) row[j] = a[i] === b[j] ? both : Math.max(below, right);
    }
  }
  return rows;
}
