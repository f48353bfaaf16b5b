import { type AnsiFragment, AnsiUp } from '../vendor/ansi-up.js';

/** A piece of a line, and the classes of its colours. */
export interface Piece {
  readonly text: string;
  readonly classes: string;
}

const CLASS = /^ansi-[a-z-]{1,20}$/;

/** Reads colours out of a text with escape sequences, without making any markup: the pieces are shown as text. */
class Reader extends AnsiUp {
  readonly pieces: Piece[] = [];

  /** In place of the markup. */
  transform_to_html({ text, fg, bg, bold, faint, italic, underline }: AnsiFragment): string {
    const classes = [
      fg === null ? '' : `${fg.class_name}-fg`,
      bg === null ? '' : `${bg.class_name}-bg`,
    ].filter((name) => CLASS.test(name));
    if (bold) classes.push('bold');
    if (faint) classes.push('faint');
    if (italic) classes.push('italic');
    if (underline) classes.push('underline');
    if (text !== '') this.pieces.push({ text, classes: classes.join(' ') });
    return '';
  }

  /** The text of a link; where it leads is nobody's business here. */
  process_hyperlink({ text }: { readonly text: string }): string {
    this.pieces.push({ text, classes: '' });
    return '';
  }
}

export function piecesOf(line: string): readonly Piece[] {
  // oxlint-disable-next-line no-control-regex -- the beginning of a sequence
  if (!/\u001b/.test(line)) return [{ text: line, classes: '' }];
  const reader = new Reader();
  reader.use_classes = true;
  reader.ansi_to_html(line);
  return reader.pieces;
}
