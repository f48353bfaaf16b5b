import type { Level } from '../follow/batch.ts';

const MAX_WORD_LENGTH = 24;

/**
 * Every word that known log writers use for a level: logback, log4j, java.util.logging, winston,
 * zap, zerolog, logrus, bragi, python logging, loguru, Serilog, .NET, Monolog, syslog, GCP.
 * DEFAULT of GCP means that no level was given, so it is deliberately absent.
 */
const LEVEL_OF_WORD = new Map<string, Level>(
  Object.entries({
    trace: 'trace trc finest finer silly t',
    debug: 'debug dbg fine config verbose d v',
    info: 'info inf information informational notice success http i n',
    warn: 'warn warning wrn w',
    error: 'error err eror severe dpanic e',
    fatal: 'fatal ftl critical crit panic alert emerg emergency c f a',
  }).flatMap(([level, words]) => words.split(' ').map((word) => [word, level as Level] as const)),
);

/**
 * The level that a word denotes, or null when it denotes none. Case, padding and brackets do not
 * matter; an offset of Go's slog (`ERROR+4`, `WARN-1`) or a grade of OpenTelemetry (`WARN2`)
 * belongs to the level it modifies.
 */
export function levelOfWord(text: string): Level | null {
  if (text.length > MAX_WORD_LENGTH) return null;
  const word = text.replace(/[\s[\]<>:"]/g, '').toLowerCase();
  return (
    LEVEL_OF_WORD.get(word) ?? LEVEL_OF_WORD.get(word.replace(/(?:[+-]\d+|[1-4])$/, '')) ?? null
  );
}
