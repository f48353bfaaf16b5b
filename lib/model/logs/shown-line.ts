/** From the least severe to the most. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A line of a log as people see it: masked, and cut where it is very long. */
export interface ShownLine {
  /** ISO 8601, UTC; null where the line does not say. */
  readonly at: string | null;
  readonly level: LogLevel | 'unknown';
  /** The name of its file. */
  readonly file: string;
  /** The whole line. */
  readonly text: string;
  /** Of a JSON line, what it says; null for any other line, and where it says nothing. */
  readonly message: string | null;
  /** Its stack trace. */
  readonly stack: string | null;
  /** Of the request that it is about; null where it does not say. */
  readonly requestId: string | null;
}

/** Which lines of a log are wanted. */
export interface LinesWanted {
  /** The least severe level; absent: all, also lines without a level. */
  readonly level?: LogLevel | undefined;
  /** Only lines since then, ms since the epoch; lines that do not say when are as old as the one before. */
  readonly sinceMs?: number | undefined;
  /** Only lines that contain the id of this request; lines without a level belong to the one before. */
  readonly requestId?: string | undefined;
  /** The newest, at most. */
  readonly limit: number;
}
