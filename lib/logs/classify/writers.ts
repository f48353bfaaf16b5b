import type { Level } from '../follow/batch.ts';
import { fieldNames, fieldOf, isEntry, type LogEntry } from './fields.ts';
import { levelOfWord } from './level-words.ts';

/** A log writer, recognised by the fields that it writes by itself. */
export interface Writer {
  readonly name: string;
  readonly wrote: (entry: LogEntry) => boolean;
  /** Where it keeps the level, the first that has one; no other field of its lines is a level. */
  readonly level: readonly string[];
  /** The level of a line without that field. */
  readonly absent?: Level;
}

/**
 * The known writers, those with the most peculiar fields first. A field of the application may have
 * the name of another writer's level (`severity`, `Level`), which is why a line is asked who wrote it.
 */
export const WRITERS: readonly Writer[] = [
  writer('Serilog compact', (e) => has(e, '@t') && (has(e, '@mt') || has(e, '@m')), '@l', 'info'),
  writer('hclog', (e) => has(e, '@level') && has(e, '@message'), '@level'),
  writer('winston logstash', (e) => has(e, '@fields') && has(e, '@message'), '@fields.level'),
  writer('loguru', (e) => isEntry(fieldOf(e, 'record.level')), 'record.level'),
  writer('GELF', (e) => has(e, 'short_message') && has(e, 'version'), 'level _level_name _level'),
  writer('ECS', isEcs, 'log.level'),
  writer(
    'OpenTelemetry',
    (e) => has(e, 'severity_number') || has(e, 'severityNumber') || has(e, 'SeverityNumber'),
    'severity_number severityNumber SeverityNumber severity_text severityText SeverityText',
  ),
  writer('journald', (e) => has(e, 'PRIORITY') && has(e, 'MESSAGE'), 'PRIORITY'),
  writer('Monolog', (e) => has(e, 'channel') && has(e, 'level_name'), 'level_name level'),
  writer('python-json-logger', (e) => isText(e, 'levelname'), 'levelname levelno'),
  writer('.NET console', (e) => isText(e, 'LogLevel') && has(e, 'Message'), 'LogLevel'),
  writer('Serilog', isSerilog, 'Level'),
  writer('zap development', (e) => isText(e, 'L') && has(e, 'M'), 'L'),
  writer('bunyan', (e) => isNumber(e, 'v') && isNumber(e, 'level') && has(e, 'hostname'), 'level'),
  writer('logstash', isLogstash, 'level level_value'),
  writer('pino', isPino, 'level'),
  writer('log4j2', isLog4j, 'level'),
  writer('zap', (e) => isWord(e, 'level') && has(e, 'ts') && has(e, 'msg'), 'level'),
  writer('structlog', (e) => isWord(e, 'level') && isText(e, 'event'), 'level'),
  writer('slog or logrus', (e) => isWord(e, 'level') && has(e, 'time') && has(e, 'msg'), 'level'),
  writer('zerolog', (e) => isWord(e, 'level') && has(e, 'time') && has(e, 'message'), 'level'),
  writer('tracing', (e) => isWord(e, 'level') && isEntry(fieldOf(e, 'fields')), 'level'),
  writer('winston (level and message)', (e) => isWord(e, 'level') && has(e, 'message'), 'level'),
  writer('Google Cloud', isGoogleCloud, 'severity'),
];

/** Who wrote this line of these, or null when none of them writes such lines. */
export function writerOf(entry: LogEntry, writers: readonly Writer[] = WRITERS): Writer | null {
  for (const one of writers) if (one.wrote(entry)) return one;
  return null;
}

// Private

function writer(
  name: string,
  wrote: (entry: LogEntry) => boolean,
  level: string,
  absent?: Level,
): Writer {
  const common = { name, wrote, level: fieldNames(level) };
  return absent === undefined ? common : { ...common, absent };
}

function isEcs(entry: LogEntry): boolean {
  if (fieldOf(entry, 'log.level') === undefined) return false;
  return has(entry, '@timestamp') || fieldOf(entry, 'ecs.version') !== undefined;
}

function isSerilog(entry: LogEntry): boolean {
  return isText(entry, 'Level') && (has(entry, 'MessageTemplate') || has(entry, 'RenderedMessage'));
}

function isLogstash(entry: LogEntry): boolean {
  if (!has(entry, '@timestamp')) return false;
  return has(entry, 'level_value') || (has(entry, 'level') && has(entry, '@version'));
}

/** Its levels are numbers, or labels by its formatter, beside the time as a number. */
function isPino(entry: LogEntry): boolean {
  if (!has(entry, 'level') || !has(entry, 'time')) return false;
  if (has(entry, 'pid') && has(entry, 'hostname')) return true;
  return isNumber(entry, 'time') && isNumber(entry, 'level');
}

/** Also java.util.logging by JBoss and Quarkus. */
function isLog4j(entry: LogEntry): boolean {
  if (!isText(entry, 'level') || !has(entry, 'loggerName')) return false;
  return has(entry, 'instant') || has(entry, 'timeMillis') || has(entry, 'threadName');
}

function isGoogleCloud(entry: LogEntry): boolean {
  if (!has(entry, 'severity')) return false;
  if (has(entry, 'timestamp') || has(entry, 'time') || has(entry, 'timestampSeconds')) return true;
  return has(entry, 'message') || has(entry, 'textPayload') || has(entry, 'jsonPayload');
}

function has(entry: LogEntry, key: string): boolean {
  return Object.hasOwn(entry, key);
}

function isText(entry: LogEntry, key: string): boolean {
  return Object.hasOwn(entry, key) && typeof entry[key] === 'string';
}

/** A text that is a level: an application may have another use for a field of that name. */
function isWord(entry: LogEntry, key: string): boolean {
  if (!Object.hasOwn(entry, key)) return false;
  const value = entry[key];
  return typeof value === 'string' && levelOfWord(value) !== null;
}

function isNumber(entry: LogEntry, key: string): boolean {
  return Object.hasOwn(entry, key) && typeof entry[key] === 'number';
}
