import type { PartKinds } from '../evidence/part.ts';

type Numbers<K extends string> = Record<K, number>;

/** Reads and writes some of the numbers that signals keep in one kind of record, wherever each is. */
export class Fields<K extends string> {
  readonly names: readonly K[];
  readonly #kinds: PartKinds;
  readonly #blank: Numbers<K>;
  #parts: readonly number[] = [];

  constructor(names: readonly K[], kinds: PartKinds) {
    this.names = names;
    this.#kinds = kinds;
    this.#blank = Object.fromEntries(names.map((name) => [name, 0])) as Numbers<K>;
  }

  /** All of them 0. */
  blank(): Numbers<K> {
    return { ...this.#blank };
  }

  /** `shared`: what belongs to no signal. */
  read(shared: object, parts: readonly object[]): Numbers<K> {
    const found = this.blank();
    this.#each(shared, parts, (name, record) => (found[name] = record[name] ?? 0));
    return found;
  }

  write(numbers: Readonly<Numbers<K>>, shared: object, parts: object[]): void {
    for (const index of this.#places()) if (index >= 0) this.#kinds.own(parts, index);
    this.#each(shared, parts, (name, record) => (record[name] = numbers[name]));
  }

  /** `present`: those that are not 0, where that is known. */
  add(sum: Numbers<K>, numbers: Readonly<Numbers<K>>, present = this.names): void {
    for (const name of present) sum[name] += numbers[name];
  }

  // Private

  #each(
    shared: object,
    parts: readonly object[],
    visit: (name: K, record: Partial<Numbers<K>>) => void,
  ): void {
    const places = this.#places();
    for (const [index, name] of this.names.entries()) {
      const part = places[index] as number;
      visit(name, (part < 0 ? shared : parts[part]) as Partial<Numbers<K>>);
    }
  }

  /** The part that keeps each of them, -1: none. */
  #places(): readonly number[] {
    if (this.#parts.length === 0) {
      const blanks = this.#kinds.blanks();
      this.#parts = this.names.map((name) => blanks.findIndex((blank) => name in blank));
    }
    return this.#parts;
  }
}
