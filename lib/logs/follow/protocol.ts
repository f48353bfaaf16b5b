import type { MaskSettings } from '../../compare/mask/mask.ts';
import type { LevelNumbers } from '../classify/level-numbers.ts';
import type { LogBatch, LogOffset } from './batch.ts';

/** What following one log may take. */
export const FOLLOW_LIMITS = {
  batchMs: 250,
  maxBytesPerBatch: 4_194_304,
  maxLineBytes: 65_536,
  maxKinds: 200,
} as const satisfies Partial<FollowSettings>;

/** What to follow and how, in a form that can be sent to a worker thread. */
export interface FollowSettings {
  readonly path: string;
  /** Files that are read instead while there is none at `path`, once they have a JSON line. */
  readonly otherPaths?: readonly string[];
  /** Where an earlier follower stopped; null to read the file from its start. */
  readonly from: LogOffset | null;
  /** The field with the level; empty for the known formats. */
  readonly levelField: string;
  readonly numbers: LevelNumbers;
  /** The least time between two polls of the file, ms; each poll yields at most one batch. */
  readonly batchMs: number;
  /** Bytes parsed per poll; the excess of a faster file is skipped and counted. */
  readonly maxBytesPerBatch: number;
  /**
   * Longer lines are classified by their first 16 KiB and not kept. At most a few MiB: an unfinished
   * line is searched again with every 64 KiB, and the thread has 96 MiB in all.
   */
  readonly maxLineBytes: number;
  /** Kinds of WARN, ERROR and FATAL distinguished per batch. */
  readonly maxKinds: number;
  /** What is removed from lines that are kept. */
  readonly mask: MaskSettings;
  /** Vili's own, with which it marks copies: a service may log the headers it gets. */
  readonly token: string;
}

/** To the thread, which follows one log at a time: after `closed` it can follow another. */
export type FollowCommand =
  | { readonly kind: 'follow'; readonly settings: FollowSettings }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'close' };

/**
 * From the thread. The next batch is sent only after the last one was acknowledged; `closed` is the
 * last event of a log.
 */
export type FollowEvent =
  | { readonly kind: 'batch'; readonly batch: LogBatch }
  /** Nothing new was written before; told now and then. */
  | { readonly kind: 'read'; readonly toMs: number }
  | { readonly kind: 'problem'; readonly text: string }
  | { readonly kind: 'closed' };

/** Where the log of a service is: in its own file, or in what it writes to its standard streams. */
export type LogSource = 'auto' | 'file' | 'stdout' | 'stderr';

/** The files to follow. */
export function logPaths(
  { jsonLog, stdOut, stdErr }: Readonly<Record<'jsonLog' | 'stdOut' | 'stdErr', string>>,
  source: LogSource,
): Pick<FollowSettings, 'path' | 'otherPaths'> {
  if (source === 'stdout') return { path: stdOut };
  if (source === 'stderr') return { path: stdErr };
  return source === 'file' ? { path: jsonLog } : { path: jsonLog, otherPaths: [stdOut, stdErr] };
}
