import { DURATION_UNITS_MS } from '../../lib/text/times.ts';
import { type Format, FormatError, textOf } from './format.ts';

const SIZE_UNITS_BYTES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kib', 1024],
  ['mib', 1024 ** 2],
  ['gib', 1024 ** 3],
  ['tib', 1024 ** 4],
  ['kb', 1000],
  ['mb', 1000 ** 2],
  ['gb', 1000 ** 3],
  ['tb', 1000 ** 4],
]);
const AMOUNT = /^(\d{1,15}(?:\.\d{1,6})?)\s?([a-z]*)$/i;

/** Milliseconds, written with a unit: a bare number would be ambiguous. */
export const duration: Format<number, 'Ms'> = {
  name: 'duration',
  unit: 'Ms',
  example: '500ms, 30s, 5m, 24h, 7d',
  parse(raw) {
    const text = textOf(raw);
    if (text === '0') return 0;
    const { number, unit } = amountOf(text, 'is not a duration. Write it like 500ms, 30s, 5m, 24h');
    if (unit === '') throw new FormatError('needs a unit: ms, s, m, h or d', `${text}s`);
    const factor = DURATION_UNITS_MS.get(unit.toLowerCase());
    if (factor === undefined) throw new FormatError(`has an unknown unit. Use ms, s, m, h or d`);
    return whole(number * factor, 'must be a whole number of milliseconds');
  },
  holds: isWhole,
};

/** Bytes. KiB, MiB and GiB are powers of 1024, kB, MB and GB of 1000; a bare number is bytes. */
export const size: Format<number, 'Bytes'> = {
  name: 'size',
  unit: 'Bytes',
  example: '64KiB, 1MiB, 1GiB, 4096',
  parse(raw) {
    const text = textOf(raw);
    const { number, unit } = amountOf(text, 'is not a size. Write it like 64KiB, 1MiB, 1GiB');
    const factor = SIZE_UNITS_BYTES.get(unit.toLowerCase());
    if (factor === undefined) throw sizeUnitError(text, unit);
    return whole(number * factor, 'must be a whole number of bytes');
  },
  holds: isWhole,
};

/** 0 to 1. Without `%` it must be below 1: `1` could mean one per cent or all. */
export const share: Format<number> = {
  name: 'share',
  example: '0.5%, 100%, 0.005',
  parse(raw) {
    const text = textOf(raw);
    const match = /^(\d{1,6}(?:\.\d{1,9})?)\s?(%?)$/.exec(text);
    if (match === null) throw new FormatError('is not a share. Write it like 0.5% or 100%');
    const number = Number(match[1]);
    if (match[2] === '%') return within100(number);
    if (number === 0) return 0;
    if (number >= 1) throw new FormatError('needs a per cent sign', `${text}%`);
    return number;
  },
  holds: (value) => typeof value === 'number' && value >= 0 && value <= 1,
};

/** A whole number, for counts. */
export const count: Format<number> = {
  name: 'count',
  example: '1000',
  parse(raw) {
    const text = textOf(raw);
    if (!/^\d{1,15}$/.test(text)) throw new FormatError('is not a whole number');
    return Number(text);
  },
  holds: isWhole,
};

/** `true` or `false`, in any case. */
export const flag: Format<boolean> = {
  name: 'flag',
  example: 'true, false',
  parse(raw) {
    const text = textOf(raw).toLowerCase();
    if (text === 'true') return true;
    if (text === 'false') return false;
    throw new FormatError('must be true or false');
  },
  holds: (value) => typeof value === 'boolean',
};

// Private

function amountOf(text: string, rule: string): { number: number; unit: string } {
  const match = AMOUNT.exec(text);
  if (match === null) throw new FormatError(rule);
  return { number: Number(match[1]), unit: match[2] ?? '' };
}

function sizeUnitError(text: string, unit: string): FormatError {
  const suggestion = /^[kmgt]$/i.test(unit)
    ? `${text.slice(0, -1).trim()}${unit.toUpperCase()}iB`
    : undefined;
  return new FormatError('has an unknown unit. Use B, KiB, MiB, GiB, kB, MB or GB', suggestion);
}

function whole(number: number, rule: string): number {
  // Floating point: 1.1 * 1000 is not exactly 1100.
  const rounded = Math.round(number);
  if (Math.abs(number - rounded) > 1e-6 || !Number.isSafeInteger(rounded)) {
    throw new FormatError(rule);
  }
  return rounded;
}

function within100(percent: number): number {
  if (percent > 100) throw new FormatError('is more than 100%');
  return percent / 100;
}

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
