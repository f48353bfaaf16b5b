import { fieldNames, fieldOf, type LogEntry } from '../classify/fields.ts';

const FIELDS = fieldNames(
  '@timestamp timestamp time ts @t Timestamp t asctime datetime date T record.time.repr eventTime',
);
/** At the start of a line of text. */
const LEADING =
  /^\W{0,2}(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|[+-]\d\d:?\d\d))?)/;
/** Numbers are seconds, milliseconds, microseconds or nanoseconds since the epoch, by their size. */
const UNITS: readonly (readonly [below: number, perMs: number])[] = [
  [1e11, 1e-3],
  [1e14, 1],
  [1e17, 1e3],
  [1e20, 1e6],
];
/** Years that Date can write. */
const MAX_MS = 8.64e15;

/** When a JSON line was logged, ms since the epoch; null where it does not say. */
export function timeOfEntry(entry: LogEntry): number | null {
  for (const field of FIELDS) {
    const value = fieldOf(entry, field);
    const ms = typeof value === 'number' ? ofNumber(value) : ofText(value);
    if (ms !== null) return ms;
  }
  return null;
}

/** The same of a line of text. */
export function timeOfText(line: string): number | null {
  return ofText(LEADING.exec(line.slice(0, 60))?.[1]);
}

// Private

function ofNumber(value: number): number | null {
  const unit = UNITS.find(([below]) => value < below);
  return value > 0 && unit !== undefined ? Math.round(value / unit[1]) : null;
}

function ofText(value: unknown): number | null {
  if (typeof value !== 'string' || value.length > 60) return null;
  if (/^\d{9,19}$/.test(value)) return ofNumber(Number(value));
  const ms = Date.parse(value.replace(',', '.'));
  return Number.isNaN(ms) || Math.abs(ms) > MAX_MS ? null : ms;
}
