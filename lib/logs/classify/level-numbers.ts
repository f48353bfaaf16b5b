import type { Level } from '../follow/batch.ts';

/** How a bare number is read; `auto` goes by the shape of the line, else by pino's numbers. */
export type LevelNumbers = 'auto' | 'pino' | 'syslog' | 'python';

/** The families of level numbers in use; `otel` has the 24 severity numbers of OpenTelemetry. */
export type NumberFamily = 'pino' | 'syslog' | 'python' | 'otel' | 'monolog' | 'gcp' | 'logback';

/** Ascending; a number belongs to the last level it reaches, so custom levels fall in between. */
type Starts = readonly (readonly [level: Level, from: number])[];

const STARTS: Readonly<Record<Exclude<NumberFamily, 'syslog'>, Starts>> = {
  pino: starts({ trace: 1, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 }),
  python: starts({ trace: 1, debug: 10, info: 20, warn: 30, error: 40, fatal: 50 }),
  otel: starts({ trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 }),
  monolog: starts({ debug: 100, info: 200, warn: 300, error: 400, fatal: 500 }),
  gcp: starts({ debug: 100, info: 200, warn: 400, error: 500, fatal: 600 }),
  logback: starts({ trace: 1, debug: 10_000, info: 20_000, warn: 30_000, error: 40_000 }),
};

/** The severities 0 to 7 of syslog (RFC 5424, table 2): lower is worse. */
const SYSLOG = 'fatal fatal fatal error warn info info debug'.split(' ') as readonly Level[];

/** The level of a number in its family, or null when the family has no such number. */
export function levelOfNumber(number: number, family: NumberFamily): Level | null {
  if (!Number.isFinite(number)) return null;
  if (family === 'syslog') return SYSLOG[number] ?? null;
  let level: Level | null = null;
  for (const [name, from] of STARTS[family]) if (number >= from) level = name;
  return level;
}

/**
 * The family of a number in an otherwise unmarked line. A bare 0 to 7 has none: log writers
 * disagree about the direction, so such a line stays `unknown` until `log.numbers` says syslog.
 */
export function familyBySize(number: number): NumberFamily | null {
  if (number >= 5000) return 'logback';
  if (number >= 100) return number <= 800 ? 'gcp' : null;
  return number >= 10 ? 'pino' : null;
}

// Private

function starts(levels: Partial<Record<Level, number>>): Starts {
  return Object.entries(levels) as [Level, number][];
}
