import type { Style } from './colors.ts';

const GAP = '  ';

/** A cell that is coloured once its width is known. */
export interface StyledCell {
  readonly text: string;
  readonly style: Style;
}

export type Cell = string | StyledCell;

/** Rows as lines with aligned columns and without trailing spaces. */
export function alignRows(rows: readonly (readonly Cell[])[], indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.entries()) {
      widths[at] = Math.max(widths[at] ?? 0, widthOf(cell));
    }
  }
  return rows.map((row) => {
    const last = row.findLastIndex((cell) => textOf(cell) !== '');
    const cells = row.slice(0, last + 1).map((cell, at) => {
      const padding = at === last ? '' : ' '.repeat((widths[at] ?? 0) - widthOf(cell));
      return styled(cell) + padding;
    });
    return cells.length === 0 ? '' : indent + cells.join(GAP);
  });
}

/**
 * Words wrapped into lines of at most `width`. Spaces before the first word are kept; all further
 * lines begin with `indent`. A share stays together with its sign.
 */
export function wrapWords(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  const start = text.trimStart();
  let line = text.slice(0, text.length - start.length);
  for (const word of start.split(/ (?!%)/).flatMap((word) => pieces(word, width - indent.length))) {
    if (line.trim() === '') line += word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  if (line.trim() !== '' || lines.length === 0) lines.push(line);
  return lines;
}

// Private

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

/** Code points: right for all characters but those of double width. */
function widthOf(cell: Cell): number {
  return Array.from(textOf(cell)).length;
}

function styled(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.style(cell.text);
}

function pieces(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  const found: string[] = [];
  for (let at = 0; at < word.length; at += width) found.push(word.slice(at, at + width));
  return found;
}
