import type { LineMask } from '../../compare/mask/line.ts';
import { isNotable, type Level, type LogLine } from '../follow/batch.ts';

/** Lines kept of the notable ones and of the others: a flood of one does not displace the other. */
const LINES_MAX = 100;
const TEXT_MAX = 500;
const LEFT_OUT = '(left out: it cannot be masked)';

interface Kept {
  readonly at: number;
  readonly level: Level;
  readonly raw: string | null;
}

/** The latest lines of a log, to be shown with a sample. They are masked only when taken. */
export class RecentLines {
  readonly #mask: LineMask;
  readonly #notable = new Ring<Kept>(LINES_MAX);
  readonly #others = new Ring<Kept>(LINES_MAX);
  #count = 0;

  constructor(mask: LineMask) {
    this.#mask = mask;
  }

  /** `raw` is null for a line that was too long to be read whole, so its content is unknown. */
  add(level: Level, raw: string | null): void {
    (isNotable(level) ? this.#notable : this.#others).add({ at: this.#count++, level, raw });
  }

  /** Removes and returns the lines, in the order of the log. */
  take(): readonly LogLine[] {
    const kept = [...this.#notable.take(), ...this.#others.take()];
    kept.sort((left, right) => left.at - right.at);
    return kept.map(({ level, raw }) => ({ level, text: this.shown(raw) }));
  }

  /** A line as it may be shown: masked, then cut to 500 characters. */
  shown(raw: string | null): string {
    const text = raw === null ? null : this.#mask(raw);
    // The cut must not split a surrogate pair.
    return text === null ? LEFT_OUT : text.slice(0, TEXT_MAX).replace(/[\uD800-\uDBFF]$/, '');
  }
}

// Private

/** Keeps the latest items. */
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

  /** Removes and returns the items, in no particular order. */
  take(): readonly T[] {
    const taken = this.#items;
    this.#items = [];
    this.#next = 0;
    return taken;
  }
}
