/** A longer text of a cell is a sentence, and names nothing. */
const MAX_NAME_WORDS = 4;
const MAX_NAME_LENGTH = 100;
/** Of a table; the heads of further ones are not kept. */
const MAX_COLUMNS = 1000;
const CELLS = new Set(['td', 'th', 'dt', 'dd', 'label']);
const NOTHING: readonly string[] = [];

/**
 * What names a value in a page: the head of its column, the cell, term or label before it. Fed with elements and texts
 * in their order, names in lower case; an inner table ends the heads of the outer one.
 */
export class Cells {
  readonly #heads = new Map<number, string>();
  #row = 0;
  #column = -1;
  /** The cell whose text comes, or came last. */
  #cell = '';
  #isIn = false;
  #before = '';

  /** An element begins, over so many columns: what names its content. */
  begin(element: string, columns: () => number): readonly string[] {
    if (element === 'table') this.#endTable();
    if (element === 'tr') {
      this.#row += 1;
      this.#column = -1;
      this.#before = '';
    }
    const before = this.#before;
    if (!CELLS.has(element)) {
      if (this.#cell !== 'label' || this.#isIn) return NOTHING;
      this.#before = '';
      return [before].filter(isName);
    }
    this.#cell = element;
    this.#isIn = true;
    this.#before = '';
    const isCell = element === 'td' || element === 'th';
    if (isCell) this.#column += 1;
    const head = element === 'td' ? this.#heads.get(this.#column) : undefined;
    if (isCell) this.#column += Math.max(0, columns() - 1) || 0;
    if (element !== 'td' && element !== 'dd') return NOTHING;
    return [before, head ?? ''].filter(isName);
  }

  /** Some text of the element that began last. */
  text(text: string): void {
    if (!this.#isIn) return;
    const whole = `${this.#before} ${text}`.trim().slice(0, MAX_NAME_LENGTH + 1);
    this.#before = whole;
    const isHead = this.#row === 1 && (this.#cell === 'td' || this.#cell === 'th');
    if (isHead && this.#column < MAX_COLUMNS) this.#heads.set(this.#column, whole);
  }

  end(element: string): void {
    if (element === this.#cell) this.#isIn = false;
    if (element === 'table') this.#endTable();
  }

  // Private

  #endTable(): void {
    this.#heads.clear();
    this.#row = 0;
    this.#column = -1;
    this.#before = '';
  }
}

// Private

function isName(text: string): boolean {
  return (
    text !== '' && text.length <= MAX_NAME_LENGTH && text.split(/\s+/).length <= MAX_NAME_WORDS
  );
}
