/** The levels of all known log writers mapped to six, and `unknown` for a line without a level. */
export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'unknown';

export type NotableLevel = 'warn' | 'error' | 'fatal';

/** Lines of the same origin: logger, message without its variable parts, top stack frame. */
export interface LogKind {
  readonly signature: string;
  readonly level: NotableLevel;
  readonly count: number;
  /** One line of this kind, masked and cut to 500 characters. */
  readonly example: string;
}

/** A line to show: masked and cut to 500 characters. */
export interface LogLine {
  readonly level: Level;
  readonly text: string;
}

/** How far a log file was read: enough to continue after a restart, even through rotation. */
export interface LogOffset {
  readonly inode: number;
  readonly position: number;
  /** Another output than the log file, and how far the further ones were read. */
  readonly path?: string;
  readonly others?: readonly LogOffset[];
}

/** What one instance logged since the previous batch, so that no message per line is sent. */
export interface LogBatch {
  readonly fromMs: number;
  readonly toMs: number;
  /** All lines that were written before are in this batch or in an earlier one, or were skipped. */
  readonly readToMs: number;
  readonly lines: number;
  readonly levels: Readonly<Record<Level, number>>;
  /** Lines that were not JSON; `levels` counts them too, by their words. */
  readonly plain: number;
  /** Lines that were counted but not parsed, because the file grew faster than the limit. */
  readonly sampledOut: number;
  /** Who writes the log, or where its level is when nobody known does; empty without a JSON line. */
  readonly format: string;
  readonly kinds: readonly LogKind[];
  /** Top-level keys of a few lines without a level, which suggest a value for `log.level_field`. */
  readonly unknownKeys: readonly string[];
  /** The latest lines, at most 200, to be shown with a sample. */
  readonly latest: readonly LogLine[];
  readonly offset: LogOffset;
}

export function isNotable(level: string): level is NotableLevel {
  return level === 'warn' || level === 'error' || level === 'fatal';
}
