import { checkedReaders } from '../../model/text/checked.ts';

/**
 * Readers of checkpoint data, which comes from a file and may be anything. All throw
 * `VILI_VERDICT_CHECKPOINT`, naming the place and the value.
 */
const checked = checkedReaders('VILI_VERDICT_CHECKPOINT', 'checkpoint of the evidence');

const LONGEST_TEXT = 2000;

export const { record: readRecord, list: readList } = checked;

/** A finite number of at least -1: all evidence is above that. */
export function readNumber(data: unknown, where: string): number {
  return checked.number(data, where, -1);
}

/** An e-value, mass or time: finite and not negative. */
export function readValue(data: unknown, where: string): number {
  return checked.number(data, where);
}

export function readCount(data: unknown, where: string): number {
  if (Number.isSafeInteger(data) && (data as number) >= 0) return data as number;
  throw checked.invalid(where, data, 'a count');
}

export function readText(data: unknown, where: string): string {
  if (typeof data === 'string' && data.length <= LONGEST_TEXT) return data;
  throw checked.invalid(where, data, `a text of at most ${LONGEST_TEXT} characters`);
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
