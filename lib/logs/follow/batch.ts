/** Levels of every known log writer, folded into six, and `unknown` for a line without any. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'unknown';

/** Lines of the same origin: logger, message with the variable parts taken out, top stack frame. */
export interface LogKind {
  readonly signature: string;
  readonly level: 'warn' | 'error' | 'fatal';
  readonly count: number;
  /** One line of it, masked, cut to 500 characters. */
  readonly example: string;
}

/** A line for people: masked, cut to 500 characters. */
export interface LogLine {
  readonly level: Level;
  readonly text: string;
}

/** How far a log file has been read; enough to go on after a restart, through rotation. */
export interface LogOffset {
  readonly inode: number;
  readonly position: number;
}

/** What one instance logged since the batch before; never a message per line. */
export interface LogBatch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lines: number;
  readonly levels: Readonly<Record<Level, number>>;
  /** Lines that were not JSON (also counted in `levels` by their words). */
  readonly plain: number;
  /** Lines that were only counted, not parsed, because the file grew faster than the limit. */
  readonly sampledOut: number;
  readonly kinds: readonly LogKind[];
  /** Top-level keys of a few lines without a level, to say which setting would help. */
  readonly unknownKeys: readonly string[];
  /** The latest lines, at most 60: to be shown beside a pair. */
  readonly latest: readonly LogLine[];
  readonly offset: LogOffset;
}
