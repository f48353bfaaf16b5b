import { parseServerFile } from './server-file.ts';

/** Only a file that could be started is worth a word. */
const STARTED = /\.(?:jar|js|mjs|cjs|py)$/i;
/** Where a version begins: a digit that no digit precedes. */
const DIGIT = /(?<!\d)\d/g;
const SEPARATOR = /(?<![-_. ])[-_. ]*v?$/i;
const PART = /[-_. ]/g;
const LEAST_LENGTH_FOR_A_SLIP = 4;

/**
 * Why a file is no server file although its name nearly is one, and which name would be; null for any
 * other name. `Inventory-1.5.0.jar`, `inventory_1.5.0.jar`, `inventory-v1.5.0.jar`, `inventroy-1.5.0.jar`.
 */
export function nearMissOf(identifier: string, fileName: string): string | null {
  if (parseServerFile(identifier, fileName) !== undefined) return null;
  const extension = STARTED.exec(fileName)?.[0] ?? '';
  const stem = fileName.slice(0, fileName.length - extension.length);
  if (extension === '') return null;
  if (isAlike(identifier, stem)) {
    return `its name has no version; ${identifier}-1.0.0${extension} would be looked at`;
  }
  for (const { index } of stem.matchAll(DIGIT)) {
    const before = stem.slice(0, index);
    const prefix = before.replace(SEPARATOR, '');
    // `inventory2-1.0` is another service.
    if (prefix === before && !/^\d+\./.test(stem.slice(index))) continue;
    const right = `${identifier}-${stem.slice(index)}${extension.toLowerCase()}`;
    if (!isAlike(identifier, prefix) || parseServerFile(identifier, right) === undefined) continue;
    return `its name does not begin with "${identifier}-" and a digit; ${right} would be looked at`;
  }
  return null;
}

// Private

/** The same but for case, separators and one slip. Digits tell services apart. */
function isAlike(identifier: string, name: string): boolean {
  const [wanted, written] = [plain(identifier), plain(name)];
  if (digits(wanted) !== digits(written)) return false;
  if (wanted === written) return true;
  return wanted.length >= LEAST_LENGTH_FOR_A_SLIP && isOneSlip(wanted, written);
}

function plain(text: string): string {
  return text.toLowerCase().replace(PART, '');
}

function digits(text: string): string {
  return text.replace(/\D/g, '');
}

/** One letter added, left out or mistaken, or two neighbours swapped. */
function isOneSlip(one: string, other: string): boolean {
  let [start, end] = [0, 0];
  while (start < one.length && one[start] === other[start]) start++;
  while (
    end < Math.min(one.length, other.length) - start &&
    one.at(-1 - end) === other.at(-1 - end)
  )
    end++;
  const [left, right] = [one, other].map((text) => text.slice(start, text.length - end));
  if (left === undefined || right === undefined) return false;
  const isSwap = left.length === 2 && left === `${right[1]}${right[0]}` && right.length === 2;
  return isSwap || (left.length <= 1 && right.length <= 1);
}
