import type { Level } from '../follow/batch.ts';
import { withoutColoursOfLevel } from './colours.ts';

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

/** Levels of the texts as they were written: a log has a handful of them, each in nearly every line. */
const known = new Map<string, Level | null>();
const MAX_KNOWN = 256;
/** With its colours; anything longer is a message. */
const MAX_WRITTEN_LENGTH = 96;

/**
 * The level that a word denotes, or null when it denotes none. Colours, case, padding, brackets and
 * signs around it do not matter; an offset of Go's slog (`ERROR+4`, `WARN-1`) or a grade of OpenTelemetry
 * (`WARN2`) belongs to the level it modifies.
 */
export function levelOfWord(text: string): Level | null {
  if (text.length > MAX_WRITTEN_LENGTH) return null;
  const before = known.get(text);
  if (before !== undefined) return before;
  const level = read(text);
  if (known.size >= MAX_KNOWN) known.clear();
  known.set(text, level);
  return level;
}

// Private

function read(text: string): Level | null {
  const word = withoutColoursOfLevel(text)
    .replace(/[^\p{L}\p{N}+_-]/gu, '')
    .toLowerCase();
  if (word.length > MAX_WORD_LENGTH) return null;
  return (
    LEVEL_OF_WORD.get(word) ?? LEVEL_OF_WORD.get(word.replace(/(?:[+-]\d+|[1-4])$/, '')) ?? null
  );
}
