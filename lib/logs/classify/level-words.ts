import type { Level } from '../follow/batch.ts';

const MAX_WORD_LENGTH = 24;

/**
 * Every word the known log writers use for a level: logback, log4j, java.util.logging, winston,
 * zap, zerolog, logrus, bragi, python logging, loguru, Serilog, .NET, Monolog, syslog, GCP.
 * DEFAULT of GCP means that no level was given, so it is absent on purpose.
 */
const LEVEL_OF_WORD = new Map<string, Level>(
  Object.entries({
    trace: ['trace', 'trc', 'finest', 'finer', 'silly', 't'],
    debug: ['debug', 'dbg', 'fine', 'config', 'verbose', 'd', 'v'],
    info: ['info', 'inf', 'information', 'informational', 'notice', 'success', 'http', 'i', 'n'],
    warn: ['warn', 'warning', 'wrn', 'w'],
    error: ['error', 'err', 'eror', 'severe', 'dpanic', 'e'],
    fatal: [
      'fatal',
      'ftl',
      'critical',
      'crit',
      'panic',
      'alert',
      'emerg',
      'emergency',
      'c',
      'f',
      'a',
    ],
  }).flatMap(([level, words]) => words.map((word) => [word, level as Level] as const)),
);

/**
 * The level a word stands for, or null when it is none. Case, padding and brackets do not matter;
 * the offsets of Go's slog (`ERROR+4`, `WARN-1`) and the grades of OpenTelemetry (`WARN2`) belong
 * to the level they are an offset of.
 */
export function levelOfWord(text: string): Level | null {
  if (text.length > MAX_WORD_LENGTH) return null;
  const word = text.replace(/[\s[\]<>:"]/g, '').toLowerCase();
  return (
    LEVEL_OF_WORD.get(word) ?? LEVEL_OF_WORD.get(word.replace(/(?:[+-]\d+|[1-4])$/, '')) ?? null
  );
}
