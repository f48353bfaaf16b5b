import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { attempt, EXIT, messageOf, ViliError } from '../errors.ts';
import { JOURNAL_LEVELS, type JournalLevel } from './levels.ts';
import { fileSink, type Sink } from './sink.ts';
import { streamSink } from './stream-sink.ts';
import { cutText, cutValue, textLine, visibleJson } from './text-line.ts';

/** pino requires level names in lower case; the log contains bragi's. */
const PINO_LEVELS = Object.fromEntries(
  Object.entries(JOURNAL_LEVELS).map(([name, level]) => [name.toLowerCase(), level]),
) as Record<PinoLevel, number>;
const MAX_PENDING_BYTES = 8 * 1024 * 1024;
const LOG_FILE = 'vili.log';
/** Keys of bragi's own fields; a `_` is appended to a caller's field of the same name. */
const OWN_KEYS = new Set(['@timestamp', 'level', 'message', 'time', 'v', 'pid', 'hostname']);

/** `code` VILI_JOURNAL_FAILED: at start, the log folder cannot be made or written. */
export class JournalFailed extends ViliError {}

type PinoLevel = Lowercase<JournalLevel>;

/** Details of an event. An Error under `error` is written as its message, with code and stack. */
export type JournalFields = Readonly<Record<string, unknown>>;

/** Vili's own log. Writing never throws and never blocks. Keeping secrets out is the caller's duty. */
export interface Journal {
  debug(text: string, fields?: JournalFields): void;
  info(text: string, fields?: JournalFields): void;
  notice(text: string, fields?: JournalFields): void;
  warn(text: string, fields?: JournalFields): void;
  error(text: string, fields?: JournalFields): void;
  crit(text: string, fields?: JournalFields): void;
  /** Call it after a rotation: resolves when nothing more is written to the renamed files. */
  reopen(): Promise<void>;
  /** Resolves when everything logged so far is written or lost. */
  flush(): Promise<void>;
  /** Flushes and closes; later events are dropped. */
  close(): Promise<void>;
}

export interface JournalOptions {
  /** Folder of `vili.log` (text) and `json/vili.log` (JSON lines); '': text to standard output. */
  readonly dir: string;
  /** Events below this level are omitted; a function is asked for each event. */
  readonly level: JournalLevel | (() => JournalLevel);
  readonly now: () => number;
  /** Destination of text when `dir` is ''; default standard output. */
  readonly stdout?: NodeJS.WritableStream;
  /** Bytes that may wait for a slow disk, per file; default 8 MiB, the excess is lost. */
  readonly maxPendingBytes?: number;
}

/** Opens the journal; the only adapter of pino. Throws `JournalFailed`. */
export function openJournal(options: JournalOptions): Journal {
  const { now } = options;
  const sinks = sinksOf(options);
  const json = sinks.json === null ? null : jsonLogger(sinks.json, now);
  const forAll = async (step: (sink: Sink) => Promise<void>): Promise<void> => {
    await Promise.all([step(sinks.text), sinks.json === null ? null : step(sinks.json)]);
  };
  const write = (level: JournalLevel, text: string, fields: JournalFields): void => {
    const least = typeof options.level === 'string' ? options.level : options.level();
    if (JOURNAL_LEVELS[level] < JOURNAL_LEVELS[least]) return;
    // Some field cannot be read (a getter that throws): the event itself is still logged.
    const details = attempt(() => detailsOf(level, fields), { text: {}, json: {} });
    const line = attempt(() => textLine(timeOf(now), level, text, details.text), null);
    sinks.text.write(line ?? textLine(timeOf(now), level, text, {}));
    attempt(() => json?.[level.toLowerCase() as PinoLevel](details.json, cutText(text)), undefined);
  };
  return {
    debug: (text, fields = {}) => write('DEBUG', text, fields),
    info: (text, fields = {}) => write('INFO', text, fields),
    notice: (text, fields = {}) => write('NOTICE', text, fields),
    warn: (text, fields = {}) => write('WARNING', text, fields),
    error: (text, fields = {}) => write('ERROR', text, fields),
    crit: (text, fields = {}) => write('CRIT', text, fields),
    reopen: () => forAll((sink) => sink.reopen()),
    flush: () => forAll((sink) => sink.flush()),
    close: () => forAll((sink) => sink.close()),
  };
}

// Private

function sinksOf(options: JournalOptions): { text: Sink; json: Sink | null } {
  const { dir, now, stdout = process.stdout, maxPendingBytes = MAX_PENDING_BYTES } = options;
  if (dir === '') return { text: streamSink(stdout, maxPendingBytes), json: null };
  const textFile = join(dir, LOG_FILE);
  const jsonFile = join(dir, 'json', LOG_FILE);
  requireWritable(dir, [textFile, jsonFile]);
  const level = 'ERROR';
  return {
    text: fileSink({
      file: textFile,
      maxPendingBytes,
      lostLine: (message) => textLine(timeOf(now), level, message, {}),
    }),
    json: fileSink({
      file: jsonFile,
      maxPendingBytes,
      lostLine: (message) => `${JSON.stringify({ level, '@timestamp': timeOf(now), message })}\n`,
    }),
  };
}

/** At start a person is present to read the error; later failures are counted and reported in the log. */
function requireWritable(dir: string, files: readonly string[]): void {
  try {
    mkdirSync(join(dir, 'json'), { recursive: true });
    for (const file of files) closeSync(openSync(file, 'a', 0o640));
  } catch (error) {
    const action = `write Vili's own logs in ${dir} (log_dir)`;
    throw JournalFailed.cannot('VILI_JOURNAL_FAILED', action, error, { exitCode: EXIT.usage });
  }
}

function jsonLogger(sink: Sink, now: () => number): Logger<PinoLevel> {
  return pino<PinoLevel>(
    {
      level: 'debug',
      customLevels: PINO_LEVELS,
      useOnlyCustomLevels: true,
      base: null,
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"@timestamp":"${timeOf(now)}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    { write: (line) => sink.write(visibleJson(line)) },
  );
}

function timeOf(now: () => number): string {
  return new Date(now()).toISOString();
}

/** The JSON line gets everything; the text line omits the stack, so that it stays readable. */
function detailsOf(
  level: JournalLevel,
  fields: JournalFields,
): { text: Record<string, unknown>; json: Record<string, unknown> } {
  const text: Record<string, unknown> = {};
  const json: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const name = OWN_KEYS.has(key) ? `${key}_` : key;
    text[name] = value instanceof Error ? errorText(value) : value;
    json[name] = cutValue(text[name]);
    const isWorthAStack = JOURNAL_LEVELS[level] >= JOURNAL_LEVELS.ERROR;
    if (value instanceof Error && isWorthAStack && !(value instanceof ViliError)) {
      json['stack_trace'] = cutText(value.stack ?? '');
    }
  }
  return { text, json };
}

function errorText(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : '';
  const isIncluded = error.cause === undefined || error.message.includes(messageOf(error.cause));
  const cause = isIncluded ? '' : `: ${messageOf(error.cause)}`;
  return `${error.message}${cause}${error.message.includes(code.slice(2, -1)) ? '' : code}`;
}
