import type { LineMask } from '../../compare/mask/line.ts';
import { isEntry, type LogEntry } from '../classify/fields.ts';
import { FileFormat } from '../classify/file-format.ts';
import type { LevelOptions } from '../classify/level.ts';
import { readUnparsed } from '../classify/unparsed.ts';
import { signatureOf } from '../classify/signature.ts';
import {
  isNotable,
  type Level,
  type LogBatch,
  type LogOffset,
  type NotableLevel,
} from '../follow/batch.ts';
import { RecentLines } from './recent-lines.ts';

const MAX_UNKNOWN_KEYS = 20;
const MAX_KEY_LENGTH = 64;
/** Lines without a level whose keys are recorded per batch. */
const MAX_LINES_FOR_KEYS = 5;
const FURTHER_KINDS = '(further kinds)';
/** In place of a kind's name that cannot be masked. */
const UNSEARCHED = '(left out: it cannot be masked)';
const MAX_CACHED_NAMES = 1000;

export interface BatchOptions extends LevelOptions {
  /** Kinds distinguished per batch; the rest is counted together under one name per level. */
  readonly maxKinds: number;
  /** Removes secrets from lines that are kept. */
  readonly mask: LineMask;
}

interface Kind {
  readonly signature: string;
  readonly level: NotableLevel;
  count: number;
  readonly example: string;
}

/** Sums up log lines until they are taken as one batch. */
export class LogBatchBuilder {
  readonly #options: BatchOptions;
  #fromMs: number;
  #levels = emptyLevels();
  #parsed = 0;
  #plain = 0;
  #sampledOut = 0;
  #kinds = new Map<string, Kind>();
  #unknownKeys = new Set<string>();
  #linesForKeys = 0;
  /** Masked names of kinds, since the same few occur again and again. */
  readonly #names = new Map<string, string>();
  readonly #latest: RecentLines;
  /** Kept from batch to batch: the writer of a file is known by its lines so far. */
  readonly #format: FileFormat;

  constructor(options: BatchOptions, nowMs: number) {
    this.#options = options;
    this.#latest = new RecentLines(options.mask);
    this.#format = new FileFormat(options);
    this.#fromMs = nowMs;
  }

  /** Counts one complete line; blank lines and holes of NUL bytes do not count. */
  line(raw: string): void {
    const text = withoutNul(raw);
    if (text === '') return;
    const entry = parse(text);
    if (entry === null) return this.#countUnparsed(text, text);
    const level = this.#format.levelOf(entry, text);
    this.#count(level);
    this.#latest.add(level, text);
    if (level === 'unknown') this.#noteKeys(entry);
    else if (isNotable(level)) this.#addKind(level, signatureOf(entry), text);
  }

  /** Counts a line that was too long to read, by its first characters. */
  overlong(head: string): void {
    this.#countUnparsed(withoutNul(head), null);
  }

  /** Counts lines that were not read. */
  skipped(lines: number): void {
    this.#sampledOut += lines;
  }

  /** The lines since the last batch, or null when there are none. */
  take(nowMs: number, offset: LogOffset, readToMs = nowMs): LogBatch | null {
    const lines = this.#parsed + this.#sampledOut;
    if (lines === 0) {
      this.#fromMs = nowMs;
      return null;
    }
    const batch: LogBatch = {
      fromMs: this.#fromMs,
      toMs: nowMs,
      readToMs,
      lines,
      levels: this.#levels,
      plain: this.#plain,
      sampledOut: this.#sampledOut,
      format: this.#format.name,
      kinds: [...this.#kinds.values()],
      unknownKeys: [...this.#unknownKeys],
      latest: this.#latest.take(),
      offset,
    };
    this.#reset(nowMs);
    return batch;
  }

  // Private

  /** `whole` is null when the text is only the start of a line. */
  #countUnparsed(text: string, whole: string | null): void {
    const { level, signature, shown } = readUnparsed(text, this.#format);
    const line = shown ?? whole;
    this.#count(level);
    this.#plain += 1;
    this.#latest.add(level, line);
    if (isNotable(level)) this.#addKind(level, signature(), line);
  }

  #count(level: Level): void {
    this.#levels[level] += 1;
    this.#parsed += 1;
  }

  #addKind(level: NotableLevel, written: string, line: string | null): void {
    const signature = this.#masked(written);
    const full = this.#kinds.size >= this.#options.maxKinds;
    const name = full && !this.#kinds.has(`${level} ${signature}`) ? FURTHER_KINDS : signature;
    const key = `${level} ${name}`;
    const known = this.#kinds.get(key);
    if (known !== undefined) known.count += 1;
    else {
      const example = this.#latest.shown(line);
      this.#kinds.set(key, { signature: name, level, count: 1, example });
    }
  }

  /** A message may hold a secret without a digit, which its template keeps. */
  #masked(signature: string): string {
    const known = this.#names.get(signature);
    if (known !== undefined) return known;
    const name = this.#options.mask(signature) ?? UNSEARCHED;
    if (this.#names.size >= MAX_CACHED_NAMES) this.#names.clear();
    this.#names.set(signature, name);
    return name;
  }

  #noteKeys(entry: LogEntry): void {
    if (this.#linesForKeys >= MAX_LINES_FOR_KEYS) return;
    this.#linesForKeys += 1;
    for (const key of Object.keys(entry).slice(0, MAX_UNKNOWN_KEYS)) {
      if (this.#unknownKeys.size >= MAX_UNKNOWN_KEYS) return;
      this.#unknownKeys.add(key.slice(0, MAX_KEY_LENGTH));
    }
  }

  #reset(nowMs: number): void {
    this.#fromMs = nowMs;
    this.#levels = emptyLevels();
    this.#parsed = 0;
    this.#plain = 0;
    this.#sampledOut = 0;
    this.#kinds = new Map();
    this.#unknownKeys = new Set();
    this.#linesForKeys = 0;
  }
}

function emptyLevels(): Record<Level, number> {
  return { trace: 0, debug: 0, info: 0, warn: 0, error: 0, fatal: 0, unknown: 0 };
}

/** A writer that keeps its position in a truncated file leaves a hole, which reads as NUL bytes. */
function withoutNul(raw: string): string {
  // oxlint-disable-next-line no-control-regex -- NUL is what is removed
  return (raw.includes('\u0000') ? raw.replace(/\u0000+/g, '') : raw).trim();
}

function parse(text: string): LogEntry | null {
  if (!text.startsWith('{')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
}
