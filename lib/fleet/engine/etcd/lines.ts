const NEWLINE = '\n';

/**
 * Cuts a text that comes in pieces into lines, in a time that grows with its length alone: only what is new is searched,
 * and a line is put together once, when it is complete. (split2 searches the unfinished line again at every piece.)
 */
export class Lines {
  readonly #maxCharacters: number;
  #rest = '';

  /** `maxCharacters`: of one line. */
  constructor(maxCharacters: number) {
    this.#maxCharacters = maxCharacters;
  }

  /** The lines that this piece completes; null when one is too long, after which nothing more is to be given. */
  take(piece: string): readonly string[] | null {
    const lines: string[] = [];
    let from = 0;
    for (;;) {
      const end = piece.indexOf(NEWLINE, from);
      this.#rest += end === -1 ? piece.slice(from) : piece.slice(from, end);
      if (this.#rest.length > this.#maxCharacters) return null;
      if (end === -1) return lines;
      lines.push(this.#rest);
      this.#rest = '';
      from = end + 1;
    }
  }
}
