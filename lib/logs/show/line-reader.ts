import type { LineMask } from '../../compare/mask/line.ts';
import { attempt } from '../../errors.ts';
import {
  LOG_LEVELS,
  type LinesWanted,
  type LogLevel,
  type ShownLine,
} from '../../model/logs/shown-line.ts';
import { isEntry, type LogEntry } from '../classify/fields.ts';
import { FileFormat } from '../classify/file-format.ts';
import type { LevelOptions } from '../classify/level.ts';
import { messageIn, stackIn } from '../classify/signature.ts';
import { readUnparsed } from '../classify/unparsed.ts';
import { requestIdOfEntry, requestIdOfText } from './request-id.ts';
import { timeOfEntry, timeOfText } from './line-time.ts';

/** Of a line, and of a stack trace, that is shown. */
const TEXT_MAX = 8000;
const LEFT_OUT = '(left out: it cannot be masked)';

export interface ShowOptions extends LevelOptions {
  readonly mask: LineMask;
}

/** A line that is wanted; masked only when it is shown. */
export interface FoundLine {
  readonly raw: string;
  readonly atMs: number | null;
  readonly level: LogLevel | 'unknown';
}

/** Reads the lines of one file in their order: which of them are wanted, and how they are shown. */
export class LineReader {
  readonly #file: string;
  readonly #mask: LineMask;
  readonly #format: FileFormat;
  readonly #leastRank: number;
  readonly #sinceMs: number;
  readonly #requestId: string | undefined;
  /** Of the line before, which one without its own belongs to, as the lines of a stack trace do. */
  #rank = -1;
  #isOfRequest = false;
  #atMs: number | null = null;

  constructor(file: string, wanted: Omit<LinesWanted, 'limit'>, options: ShowOptions) {
    this.#file = file;
    this.#mask = options.mask;
    this.#format = new FileFormat(options);
    this.#leastRank = wanted.level === undefined ? -1 : LOG_LEVELS.indexOf(wanted.level);
    this.#requestId = wanted.requestId;
    this.#sinceMs = wanted.sinceMs ?? Number.NEGATIVE_INFINITY;
  }

  /** Null for a line that is not wanted, or is blank. */
  find(written: string): FoundLine | null {
    // A writer that keeps its place in a file that was emptied leaves a hole of NUL bytes.
    const raw = written.replaceAll('\u0000', '').trimEnd();
    if (raw.trim() === '') return null;
    const entry = entryOf(raw);
    const level =
      entry === null ? readUnparsed(raw, this.#format).level : this.#format.levelOf(entry, raw);
    const own = entry === null ? timeOfText(raw) : timeOfEntry(entry);
    if (level !== 'unknown') this.#rank = LOG_LEVELS.indexOf(level);
    else if (entry !== null) this.#rank = -1;
    this.#atMs = own ?? this.#atMs;
    if (level !== 'unknown' || entry !== null) this.#isOfRequest = false;
    this.#isOfRequest ||= this.#requestId === undefined || raw.includes(this.#requestId);
    if (this.#rank < this.#leastRank || !this.#isOfRequest) return null;
    if (this.#atMs !== null && this.#atMs < this.#sinceMs) return null;
    return { raw, atMs: own ?? this.#atMs, level };
  }

  show({ raw, atMs, level }: FoundLine): ShownLine {
    const text = this.#mask(raw);
    const entry = text === null ? null : entryOf(text);
    const at = atMs === null ? null : new Date(atMs).toISOString();
    const message = entry === null ? '' : messageIn(entry);
    const stack = entry === null ? '' : stackIn(entry);
    return {
      at,
      level,
      file: this.#file,
      text: cut(text ?? LEFT_OUT),
      message: message === '' ? null : cut(message),
      stack: stack === '' || stack === message ? null : cut(stack),
      requestId: entry === null ? requestIdOfText(text ?? '') : requestIdOfEntry(entry),
    };
  }
}

// Private

function entryOf(text: string): LogEntry | null {
  if (!text.trimStart().startsWith('{')) return null;
  const value: unknown = attempt(() => JSON.parse(text), null);
  return isEntry(value) ? value : null;
}

/** The cut must not split a surrogate pair. */
function cut(text: string): string {
  return text.length <= TEXT_MAX ? text : text.slice(0, TEXT_MAX).replace(/[\uD800-\uDBFF]$/, '');
}
