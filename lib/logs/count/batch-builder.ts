import type { LineMask } from '../../compare/mask/line.ts';
import { isEntry, type LogEntry } from '../classify/fields.ts';
import { type LevelOptions, levelOf } from '../classify/level.ts';
import { levelOfPlain } from '../classify/plain.ts';
import { signatureOf, templateOf } from '../classify/signature.ts';
import type { Level, LogBatch, LogKind, LogOffset } from '../follow/batch.ts';
import { RecentLines } from './recent-lines.ts';

const MAX_UNKNOWN_KEYS = 20;
const MAX_KEY_LENGTH = 64;
/** Keys are taken from that many lines without a level per batch. */
const MAX_LINES_FOR_KEYS = 5;
const FURTHER_KINDS = '(further kinds)';

export interface TallyOptions extends LevelOptions {
  /** Kinds kept apart per batch; the rest is counted together under one name per level. */
  readonly maxKinds: number;
  /** Takes out of a line what nobody is to see. */
  readonly mask: LineMask;
}

interface Kind {
  readonly signature: string;
  readonly level: LogKind['level'];
  count: number;
  readonly example: string;
}

/** Sums log lines up until they are taken as one batch. */
export class LogBatchBuilder {
  readonly #options: TallyOptions;
  #fromMs: number;
  #levels = emptyLevels();
  #parsed = 0;
  #plain = 0;
  #sampledOut = 0;
  #kinds = new Map<string, Kind>();
  #unknownKeys = new Set<string>();
  #linesForKeys = 0;
  readonly #latest: RecentLines;

  constructor(options: TallyOptions, nowMs: number) {
    this.#options = options;
    this.#latest = new RecentLines(options.mask);
    this.#fromMs = nowMs;
  }

  /** Counts one complete line; blank ones and holes of NUL bytes are no lines. */
  line(raw: string): void {
    const text = withoutNul(raw);
    if (text === '') return;
    const entry = parse(text);
    if (entry === null) return this.#countFast(text, text);
    const level = levelOf(entry, this.#options);
    this.#count(level);
    this.#latest.add(level, text);
    if (level === 'unknown') this.#noteKeys(entry);
    else if (isFinding(level)) this.#addKind(level, signatureOf(entry), text);
  }

  /** Counts a line that was too long to read, by its first characters. */
  overlong(head: string): void {
    const text = withoutNul(head);
    this.#countFast(text, null);
  }

  /** Counts lines that nobody looked at. */
  skipped(lines: number): void {
    this.#sampledOut += lines;
  }

  /** What came since the last batch, or null when that is nothing. */
  take(nowMs: number, offset: LogOffset): LogBatch | null {
    const lines = this.#parsed + this.#sampledOut;
    if (lines === 0) {
      this.#fromMs = nowMs;
      return null;
    }
    const batch: LogBatch = {
      fromMs: this.#fromMs,
      toMs: nowMs,
      lines,
      levels: this.#levels,
      plain: this.#plain,
      sampledOut: this.#sampledOut,
      kinds: [...this.#kinds.values()],
      unknownKeys: [...this.#unknownKeys],
      latest: this.#latest.take(),
      offset,
    };
    this.#reset(nowMs);
    return batch;
  }

  // Private

  /** `whole` null: it is only the start of a line. */
  #countFast(text: string, whole: string | null): void {
    const level = levelOfPlain(text);
    this.#count(level);
    this.#plain += 1;
    this.#latest.add(level, whole);
    if (isFinding(level)) this.#addKind(level, templateOf(text), whole);
  }

  #count(level: Level): void {
    this.#levels[level] += 1;
    this.#parsed += 1;
  }

  #addKind(level: LogKind['level'], signature: string, line: string | null): void {
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

function isFinding(level: Level): level is LogKind['level'] {
  return level === 'warn' || level === 'error' || level === 'fatal';
}

/** A writer that keeps its place in a truncated file leaves a hole, which reads as NUL bytes. */
function withoutNul(raw: string): string {
  // oxlint-disable-next-line no-control-regex -- NUL is what is taken out
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
