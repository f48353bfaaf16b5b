import { printable } from './printable.ts';

const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
];

const KIBI = 1024;

/** A duration as people say it, in its largest whole unit: `6d`, `11m`, `3s`, `250ms`. */
export function duration(ms: number): string {
  for (const [size, unit] of UNITS) if (ms >= size) return `${Math.floor(ms / size)}${unit}`;
  return `${Math.max(0, Math.round(ms))}ms`;
}

/** Milliseconds with a digit that matters: `0.12 ms`, `1.5 ms`, `12 ms`. */
export function milliseconds(ms: number): string {
  const digits = ms >= 10 ? 0 : ms >= 1 ? 1 : 2;
  return `${ms.toFixed(digits)} ms`;
}

/** Bytes in binary units: `512 B`, `40 MiB`. */
export function bytes(count: number): string {
  let value = count;
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (value < KIBI)
      return `${value < 10 && unit !== 'B' ? value.toFixed(1) : Math.round(value)} ${unit}`;
    value /= KIBI;
  }
  return `${value.toFixed(1)} TiB`;
}

/** A share of 0 to 1 in per cent; small ones keep a digit: `41%`, `0.5%`. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value > 0 && value < 10 ? Number(value.toFixed(1)) : Math.round(value)}%`;
}

/** Date and time in UTC, to the second. */
export function dateTime(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return printable(iso);
  return at
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, 'Z');
}
