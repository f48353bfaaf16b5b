import { counted, decimal } from './numbers.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [HOUR_MS, 'h'],
  [MINUTE_MS, 'm'],
  [SECOND_MS, 's'],
];

/** Milliseconds by the unit that a duration is written with. */
export const DURATION_UNITS_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', SECOND_MS],
  ['m', MINUTE_MS],
  ['h', HOUR_MS],
  ['d', 24 * HOUR_MS],
]);

/** Milliseconds of `500ms`, `30s`, `1.5h`; null for anything else. */
export function parseDuration(text: string): number | null {
  const [, number, unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)\s?([a-z]{1,2})$/i.exec(text.trim()) ?? [];
  const factor = DURATION_UNITS_MS.get(unit.toLowerCase());
  return number === undefined || factor === undefined ? null : Math.round(Number(number) * factor);
}

/** `1,204 ms`, `31 ms`, `1.5 ms`, `0.02 ms`. */
export function milliseconds(ms: number): string {
  return `${decimal(ms)} ms`;
}

/** A duration in its largest unit, rounded down: `6d`, `11m`, `3s`, `250ms`. */
export function shortDuration(ms: number): string {
  for (const [size, unit] of UNITS) if (ms >= size) return `${Math.floor(ms / size)}${unit}`;
  return `${Math.max(0, Math.round(ms))}ms`;
}

/** `3 minutes`, or `3 more minutes`: rounded up, so that it is never promised too early. */
export function durationOf(ms: number, more = false): string {
  const unit = (name: string): string => (more ? `more ${name}` : name);
  if (ms <= 90 * SECOND_MS) return counted(Math.max(1, Math.ceil(ms / SECOND_MS)), unit('second'));
  if (ms <= 90 * MINUTE_MS) return counted(Math.ceil(ms / MINUTE_MS), unit('minute'));
  return counted(Math.ceil(ms / HOUR_MS), unit('hour'));
}

/** `2026-01-06 23:55:00Z` of an ISO 8601 text; any other text is returned as it is. */
export function dateTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
