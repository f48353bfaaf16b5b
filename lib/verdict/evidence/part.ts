import { readNumber, readRecord, readText } from './checkpoint.ts';
import { Tally } from './tally.ts';

/** Writes itself into a checkpoint and reads itself back. */
interface Kept {
  checkpoint(): unknown;
  restore(data: unknown, where: string): void;
}

/**
 * A field of what one signal keeps. Null is a tally that is made when there is something to report:
 * most endpoints never need one.
 */
type Field = number | string | null | Kept | Record<string, number>;

/** What the signals registered for one kind of record, an endpoint or the sum of all. */
export class PartKinds {
  readonly #blanks: (() => object)[] = [];
  #untouched: readonly object[] = [];
  #places: readonly Place[] = [];

  /** The index of the part in each record. */
  add(blank: () => object): number {
    // What was worked out lacks it.
    this.#places = [];
    this.#untouched = [];
    return this.#blanks.push(blank) - 1;
  }

  blanks(): object[] {
    return this.#blanks.map((blank) => blank());
  }

  /** Blanks that all records share until something is written: most signals have nothing on most endpoints. */
  untouched(): object[] {
    if (this.#untouched.length === 0)
      this.#untouched = this.blanks().map(Object.freeze) as object[];
    return [...this.#untouched];
  }

  /** The part to write to, of a record that began with `untouched`. */
  own(parts: object[], index: number): object {
    const part = parts[index] as object;
    if (part !== this.#untouched[index]) return part;
    return (parts[index] = (this.#blanks[index] as () => object)());
  }

  /**
   * The JSON of what the signals keep, as what follows the first fields of two records: the numbers of all of them
   * belong into one, everything else into another, each field under its own name. Hundreds of these are
   * written each second, so the fields are listed once and the text is put together by hand.
   */
  write(parts: readonly object[]): { readonly numbers: string; readonly others: string } {
    if (this.#places.length === 0) this.#places = this.blanks().flatMap(placesOf);
    let numbers = '';
    let others = '';
    const sums: Record<string, object> = {};
    for (const { part, name, key } of this.#places) {
      const value = (parts[part] as Record<string, Field>)[name] as Field;
      if (typeof value === 'number') numbers += key + (Number.isFinite(value) ? value : 'null');
      else if (value === null || typeof value === 'string') others += key + JSON.stringify(value);
      else if (isKept(value)) others += key + JSON.stringify(value.checkpoint());
      else sums[name] = { ...sums[name], ...value };
    }
    for (const [name, value] of Object.entries(sums)) others += keyOf(name) + JSON.stringify(value);
    return { numbers, others };
  }
}

/**
 * Reads what was written. A field that is not there stays blank: its signal is newer than the
 * checkpoint.
 * @throws ViliError `VILI_VERDICT_CHECKPOINT` naming the field that is not as it should be.
 */
export function readParts(
  parts: readonly object[],
  numbers: { readonly data: unknown; readonly where: string },
  others: { readonly data: Record<string, unknown>; readonly where: string },
): void {
  const record = readRecord(numbers.data, numbers.where);
  for (const part of parts as readonly Record<string, Field>[]) {
    for (const [name, value] of fieldsOf(part)) {
      const isNumber = typeof value === 'number';
      const data = (isNumber ? record : others.data)[name];
      const where = isNumber ? `${numbers.where}.${name}` : `${others.where}${name}`;
      if (data === undefined) continue;
      if (isNumber) part[name] = readNumber(data, where);
      else if (typeof value === 'string') part[name] = readText(data, where);
      else if (value === null) part[name] = data === null ? null : readTally(data, where);
      else if (isKept(value)) value.restore(data, where);
      else readSums(value, data, where);
    }
  }
}

// Private

/** Where one field is, and its name in JSON. */
interface Place {
  readonly part: number;
  readonly name: string;
  readonly key: string;
}

function placesOf(blank: object, part: number): readonly Place[] {
  return Object.keys(blank).map((name) => ({ part, name, key: keyOf(name) }));
}

function keyOf(name: string): string {
  return `,${JSON.stringify(name)}:`;
}

function fieldsOf(part: object): [string, Field][] {
  return Object.entries(part) as [string, Field][];
}

function readTally(data: unknown, where: string): Tally {
  const tally = new Tally();
  tally.restore(data, where);
  return tally;
}

function readSums(sums: Record<string, number>, data: unknown, where: string): void {
  const record = readRecord(data, where);
  for (const name of Object.keys(sums)) {
    if (record[name] !== undefined) sums[name] = readNumber(record[name], `${where}.${name}`);
  }
}

function isKept(value: Kept | Record<string, number>): value is Kept {
  return 'checkpoint' in value;
}
