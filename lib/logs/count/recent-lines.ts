import type { LineMask } from '../../compare/mask/line.ts';
import type { Level, LogLine } from '../follow/batch.ts';

/** Of each kind, notable ones and others: a flood of one does not push the other out. */
const LINES_MAX = 30;
const TEXT_MAX = 500;
const LEFT_OUT = '(left out: it cannot be masked)';

interface Kept {
  readonly at: number;
  readonly level: Level;
  readonly raw: string | null;
}

/** The latest lines of a log, to be shown beside a sample. Masked only when they are taken. */
export class RecentLines {
  readonly #mask: LineMask;
  readonly #notable = new Ring<Kept>(LINES_MAX);
  readonly #others = new Ring<Kept>(LINES_MAX);
  #count = 0;

  constructor(mask: LineMask) {
    this.#mask = mask;
  }

  /** `raw` null: a line that was too long to be read whole, so nobody knows what is in it. */
  add(level: Level, raw: string | null): void {
    const isNotable = level === 'warn' || level === 'error' || level === 'fatal';
    (isNotable ? this.#notable : this.#others).add({ at: this.#count++, level, raw });
  }

  /** In the order of the log; there are none afterwards. */
  take(): readonly LogLine[] {
    const kept = [...this.#notable.take(), ...this.#others.take()];
    kept.sort((left, right) => left.at - right.at);
    return kept.map(({ level, raw }) => ({ level, text: this.shown(raw) }));
  }

  /** What may be shown of a line: masked, then cut to 500 characters. */
  shown(raw: string | null): string {
    // Cut without splitting a surrogate pair in two.
    const text = raw === null ? null : this.#mask(raw);
    return text === null ? LEFT_OUT : text.slice(0, TEXT_MAX).replace(/[\uD800-\uDBFF]$/, '');
  }
}

// Private

/** Keeps the latest few. */
class Ring<T> {
  readonly #size: number;
  #items: T[] = [];
  #next = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(item: T): void {
    this.#items[this.#next] = item;
    this.#next = (this.#next + 1) % this.#size;
  }

  /** In no order; there are none afterwards. */
  take(): readonly T[] {
    const taken = this.#items;
    this.#items = [];
    this.#next = 0;
    return taken;
  }
}
