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

/**
 * Writes what the signals keep: the numbers of all of them into one record, everything else into
 * another, each field under its own name.
 */
export function writeParts(
  parts: readonly object[],
  numbers: Record<string, unknown>,
  others: Record<string, unknown>,
): void {
  for (const [name, value] of parts.flatMap(fieldsOf)) {
    if (typeof value === 'number') numbers[name] = value;
    else if (value === null || typeof value === 'string') others[name] = value;
    else if (isKept(value)) others[name] = value.checkpoint();
    else others[name] = { ...(others[name] as object | undefined), ...value };
  }
}

/**
 * Reads what `writeParts` wrote. A field that is not there stays blank: its signal is newer than the
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
