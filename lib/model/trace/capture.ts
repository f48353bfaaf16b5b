import type { TraceRecord } from '../trace-record.ts';

/** Limits of one capture of the messages to an actor. */
export const MAX_CAPTURE_MS = 600_000;
export const DEFAULT_CAPTURE_MS = 60_000;
export const MAX_CAPTURED = 1000;

export interface CaptureWanted {
  /** Path of the actor, or the end of it: `deployer` for `/vili/deployer`. */
  readonly actor: string;
  /** At most MAX_CAPTURE_MS. */
  readonly forMs: number;
  /** Ends after so many messages; at most MAX_CAPTURED. */
  readonly limit: number;
  /** Who asks, for Vili's log. */
  readonly by: string;
}

/** A message with what it holds; which actor it is that is captured; or the end of the capture. */
export type CaptureEvent =
  | { readonly record: TraceRecord }
  | { readonly capturing: string; readonly forMs: number }
  | { readonly ended: 'time' | 'limit' };
