import type { Level } from '../follow/batch.ts';
import { fieldNames, fieldOf, isEntry, type LogEntry } from './fields.ts';
import {
  familyBySize,
  type LevelNumbers,
  levelOfNumber,
  type NumberFamily,
} from './level-numbers.ts';
import { levelOfWord } from './level-words.ts';
import { type Writer, writerOf } from './writers.ts';

/** Where known log writers keep the level, the most reliable field first. */
export const LEVEL_FIELDS = fieldNames(
  'level log.level severity_number severityNumber SeverityNumber severity @level levelname ' +
    'level_name _level_name loglevel logLevel LogLevel log_level Level LEVEL Severity SEVERITY ' +
    'severity_text severityText SeverityText lvl Lvl LVL L @l level_value record.level ' +
    'PRIORITY levelno',
);

/** Fields whose numbers mean the same whatever the shape of the line. */
const FAMILY_OF_FIELD = new Map<string, NumberFamily>([
  ['severity_number', 'otel'],
  ['severityNumber', 'otel'],
  ['SeverityNumber', 'otel'],
  ['level_value', 'logback'],
  ['PRIORITY', 'syslog'],
  ['levelno', 'python'],
]);

/** Their numbers are HTTP statuses and queue priorities; journald's PRIORITY is another field. */
const NEVER_NUMERIC = new Set(['status', 'priority']);

/** Where a level that is an object keeps its name: loguru, log4js and the like. */
const WORDS_INSIDE: readonly string[] = ['name', 'levelStr', 'label', 'standardLevel'];

/** Fields of an exception. */
const TRACES: readonly string[] = ['exc_info', 'exception', 'stack_trace', 'error.stack_trace'];

export interface LevelOptions {
  /** The field with the level, flat or dotted; empty for the fields of known log writers. */
  readonly levelField: string;
  readonly numbers: LevelNumbers;
}

/**
 * The level of one JSON log line by itself, for every log writer in the table of docs/log-formats.md.
 * The configured field comes first, then that of the writer whose line it is, then the known ones; a
 * number is read by the shape of its line. A line without a level is `info` in Serilog's compact form,
 * `error` with an exception, and otherwise `unknown`, which the caller must count and show.
 */
export function levelOf(entry: object, options: LevelOptions): Level {
  if (!isEntry(entry)) return 'unknown';
  const level = configuredLevel(entry, options);
  if (level !== null) return level;
  const writer = writerOf(entry);
  if (writer === null) return levelByList(entry, options);
  return levelByWriter(entry, writer, options);
}

/** By the setting that names the field; null where it is not set, or the line has no level there. */
export function configuredLevel(entry: LogEntry, options: LevelOptions): Level | null {
  return options.levelField === '' ? null : levelIn(entry, options.levelField, options.numbers);
}

/** The level of a line that this writer wrote. */
export function levelByWriter(entry: LogEntry, writer: Writer, options: LevelOptions): Level {
  return (
    levelInFields(entry, writer.level, options) ??
    (writer.absent !== undefined && fieldOf(entry, writer.level[0] ?? '') === undefined
      ? writer.absent
      : levelWithoutField(entry))
  );
}

/** The level of a line that no known writer wrote. */
export function levelByList(entry: LogEntry, options: LevelOptions): Level {
  return levelInFields(entry, LEVEL_FIELDS, options) ?? levelWithoutField(entry);
}

/** The level in the first of these fields that has one. */
export function levelInFields(
  entry: LogEntry,
  fields: readonly string[],
  options: LevelOptions,
): Level | null {
  for (const field of fields) {
    const level = levelIn(entry, field, options.numbers);
    if (level !== null) return level;
  }
  return null;
}

// Private

function levelIn(entry: LogEntry, field: string, numbers: LevelNumbers): Level | null {
  const value = fieldOf(entry, field);
  if (typeof value === 'string') return levelOfText(entry, field, value, numbers);
  if (typeof value === 'number') return levelOfBareNumber(entry, field, value, numbers);
  if (!isEntry(value)) return null;
  for (const inside of WORDS_INSIDE) {
    const word = Object.hasOwn(value, inside) ? value[inside] : undefined;
    const level = typeof word === 'string' ? levelOfWord(word) : null;
    if (level !== null) return level;
  }
  return typeof value['no'] === 'number' ? levelOfNumber(value['no'], 'python') : null;
}

/** journald writes its numbers as text, so a string of digits is a number. */
function levelOfText(
  entry: LogEntry,
  field: string,
  text: string,
  numbers: LevelNumbers,
): Level | null {
  if (/^\s*\d{1,5}\s*$/.test(text)) return levelOfBareNumber(entry, field, Number(text), numbers);
  return levelOfWord(text);
}

function levelOfBareNumber(
  entry: LogEntry,
  field: string,
  number: number,
  numbers: LevelNumbers,
): Level | null {
  if (NEVER_NUMERIC.has(field.slice(field.lastIndexOf('.') + 1))) return null;
  const family =
    FAMILY_OF_FIELD.get(field) ?? (numbers === 'auto' ? familyOfLine(entry, number) : numbers);
  return family === null ? null : levelOfNumber(number, family);
}

function familyOfLine(entry: LogEntry, number: number): NumberFamily | null {
  if (Object.hasOwn(entry, 'short_message') && Object.hasOwn(entry, 'version')) return 'syslog';
  if (Object.hasOwn(entry, 'PRIORITY')) return 'syslog';
  const monolog = Object.hasOwn(entry, 'level_name') || Object.hasOwn(entry, 'channel');
  if (monolog && number >= 100 && number <= 600) return 'monolog';
  return familyBySize(number);
}

function levelWithoutField(entry: LogEntry): Level {
  for (const field of TRACES) {
    const trace = fieldOf(entry, field);
    if (trace !== undefined && trace !== null && trace !== '' && trace !== false) return 'error';
  }
  return 'unknown';
}
