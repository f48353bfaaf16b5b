import type { MaskSettings } from '../../compare/mask/mask.ts';
import type { LevelNumbers } from '../classify/level-numbers.ts';
import type { LogBatch, LogOffset } from './batch.ts';

/** What and how to follow; everything that can cross to a worker thread. */
export interface FollowSettings {
  readonly path: string;
  /** Where an earlier follower stopped; null reads the file from its start. */
  readonly from: LogOffset | null;
  /** The field that holds the level, empty to go by the known formats. */
  readonly levelField: string;
  readonly numbers: LevelNumbers;
  /** Least time between two looks at the file, ms; at most one batch per look. */
  readonly batchMs: number;
  /** Bytes parsed per look; of a faster file the rest is passed over and counted. */
  readonly maxBytesPerBatch: number;
  /**
   * Longer lines are counted by their first 2 KiB and not kept. At most a few MiB: a begun line is
   * looked through again with every 64 KiB, and the thread has 96 MiB for everything.
   */
  readonly maxLineBytes: number;
  /** Kinds of WARN, ERROR and FATAL told apart per batch. */
  readonly maxKinds: number;
  /** What is taken out of lines that are kept. */
  readonly mask: MaskSettings;
}

/** To the thread, which follows one log at a time: after `closed` it can be told another. */
export type FollowCommand =
  | { readonly kind: 'follow'; readonly settings: FollowSettings }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'close' };

/** From the thread. The next batch comes only after the last one was acknowledged; `closed` is the last of a log. */
export type FollowReport =
  | { readonly kind: 'batch'; readonly batch: LogBatch }
  | { readonly kind: 'problem'; readonly text: string }
  | { readonly kind: 'closed' };
