import { ViliError } from '../../errors.ts';

/**
 * Readers of checkpoint data, which comes from a file and may be anything. All throw
 * `VILI_VERDICT_CHECKPOINT`, naming the place and the value.
 */

const CODE = 'VILI_VERDICT_CHECKPOINT';
const LONGEST_TEXT = 2000;

export function readRecord(data: unknown, where: string): Record<string, unknown> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw invalid(where, data, 'an object');
  }
  return data as Record<string, unknown>;
}

export function readList(data: unknown, where: string, max: number): readonly unknown[] {
  if (!Array.isArray(data)) throw invalid(where, data, 'a list');
  if (data.length > max) throw invalid(where, data.length, `a list of at most ${max} entries`);
  return data;
}

/** A finite number of at least -1: all evidence is above that. */
export function readNumber(data: unknown, where: string): number {
  if (typeof data !== 'number' || !Number.isFinite(data) || data < -1) {
    throw invalid(where, data, 'a finite number of at least -1');
  }
  return data;
}

/** An e-value, mass or time: finite and not negative. */
export function readValue(data: unknown, where: string): number {
  const value = readNumber(data, where);
  if (value < 0) throw invalid(where, data, 'not negative');
  return value;
}

export function readCount(data: unknown, where: string): number {
  if (!Number.isSafeInteger(data) || (data as number) < 0) throw invalid(where, data, 'a count');
  return data as number;
}

export function readText(data: unknown, where: string): string {
  if (typeof data !== 'string' || data.length > LONGEST_TEXT) {
    throw invalid(where, data, `a text of at most ${LONGEST_TEXT} characters`);
  }
  return data;
}

export function readTexts(data: unknown, where: string, max: number): string[] {
  return readList(data, where, max).map((one, index) => readText(one, `${where}[${index}]`));
}

/** Fills a record of numbers: each of its keys has to be there, all others are ignored. */
export function readNumbers<T extends { [K in keyof T]: number }>(
  blank: T,
  data: unknown,
  where: string,
): T {
  const record = readRecord(data, where);
  for (const key of Object.keys(blank) as (keyof T & string)[]) {
    blank[key] = readNumber(record[key], `${where}.${key}`) as T[keyof T & string];
  }
  return blank;
}

// Private

function invalid(where: string, value: unknown, rule: string): ViliError {
  const shown = value === undefined ? 'missing' : JSON.stringify(value).slice(0, 60);
  return new ViliError(
    CODE,
    `checkpoint of the evidence: ${where} is ${shown}, it must be ${rule}`,
  );
}
