import type { ShownLine } from '../../model/logs/shown-line.ts';

/** Whose log: that of the running version, of the one under test, or Vili's own. */
export type LogOwner = 'running' | 'testing' | 'vili';

/** Where the lines come from. */
export interface LogSourceView {
  readonly of: LogOwner;
  /** Null for Vili's own log. */
  readonly version: string | null;
  readonly instance: string | null;
  /** Absolute. */
  readonly files: readonly string[];
}

/** Schema `vili.logs/1`. */
export interface LogsView {
  readonly schema: 'vili.logs/1';
  readonly source: LogSourceView;
  readonly lines: readonly ShownLine[];
  /** False when only the end of a large file was searched. */
  readonly isWhole: boolean;
}

/** What a stream of lines sends: where they come from, first and again when that changes, then lines. */
export type LogEvent =
  | { readonly source: LogSourceView }
  | { readonly line: ShownLine }
  /** So much came too fast to be shown. */
  | { readonly skipped: { readonly file: string; readonly bytes: number } }
  | { readonly problem: string };
