import type { Level } from '../follow/batch.ts';

/** How a bare number is read; `auto` goes by the shape of the line and else as pino does. */
export type LevelNumbers = 'auto' | 'pino' | 'syslog' | 'python';

/** The number families that occur; `otel` are the 24 severity numbers of OpenTelemetry. */
export type NumberFamily = 'pino' | 'syslog' | 'python' | 'otel' | 'monolog' | 'gcp' | 'logback';

type Bands = readonly (readonly [from: number, level: Level])[];

/** Ascending; a number belongs to the last band it reaches, so custom levels fall in between. */
const BANDS: Readonly<Record<Exclude<NumberFamily, 'syslog'>, Bands>> = {
  pino: bands([1, 20, 30, 40, 50, 60]),
  python: [
    [1, 'trace'],
    [10, 'debug'],
    [20, 'info'],
    [30, 'warn'],
    [40, 'error'],
    [50, 'fatal'],
  ],
  otel: bands([1, 5, 9, 13, 17, 21]),
  monolog: [
    [100, 'debug'],
    [200, 'info'],
    [300, 'warn'],
    [400, 'error'],
    [500, 'fatal'],
  ],
  gcp: [
    [100, 'debug'],
    [200, 'info'],
    [400, 'warn'],
    [500, 'error'],
    [600, 'fatal'],
  ],
  logback: [
    [1, 'trace'],
    [10_000, 'debug'],
    [20_000, 'info'],
    [30_000, 'warn'],
    [40_000, 'error'],
  ],
};

/** Severities of syslog (RFC 5424, table 2): lower is worse. */
const SYSLOG: readonly Level[] = [
  'fatal',
  'fatal',
  'fatal',
  'error',
  'warn',
  'info',
  'info',
  'debug',
];

/** The level a number stands for in its family, or null when the family has no such number. */
export function levelOfNumber(number: number, family: NumberFamily): Level | null {
  if (!Number.isFinite(number)) return null;
  if (family === 'syslog') return SYSLOG[number] ?? null;
  let level: Level | null = null;
  for (const [from, name] of BANDS[family]) if (number >= from) level = name;
  return level;
}

/**
 * Which family a number of an otherwise unmarked line belongs to. Bare 0 to 7 has none: writers
 * disagree about its direction, so such a line stays `unknown` until `log.numbers` says syslog.
 */
export function familyBySize(number: number): NumberFamily | null {
  if (number >= 5000) return 'logback';
  if (number >= 100) return number <= 800 ? 'gcp' : null;
  return number >= 10 ? 'pino' : null;
}

// Private

function bands(starts: readonly [number, number, number, number, number, number]): Bands {
  const [trace, debug, info, warn, error, fatal] = starts;
  return [
    [trace, 'trace'],
    [debug, 'debug'],
    [info, 'info'],
    [warn, 'warn'],
    [error, 'error'],
    [fatal, 'fatal'],
  ];
}
