import type { DeadReason } from './mail/envelope.ts';

/** What operators must know. Each of these is worth a line in the log. */
export type ActorEvent =
  | Crashed
  | (OfActor & { readonly type: 'backoff'; readonly delayMs: number; readonly failures: number })
  | (OfActor & { readonly type: 'restarted'; readonly restarts: number })
  | (OfActor & { readonly type: 'gave-up'; readonly error: unknown })
  | (OfActor & { readonly type: 'hung'; readonly messageType: string; readonly limitMs: number })
  | (OfActor & { readonly type: 'abandoned'; readonly what: string; readonly limitMs: number })
  | (OfActor & { readonly type: 'late'; readonly what: string; readonly error: unknown })
  | (OfActor & { readonly type: 'stop-failed'; readonly error: unknown })
  | (OfActor & { readonly type: 'stray-error'; readonly error: unknown; readonly late: boolean })
  | DeadLetter
  | DeadLettersSuppressed;

/** A handler threw (`handling`), a start failed (`starting`), or code that it left behind did (`stray`). */
export interface Crashed extends OfActor {
  readonly type: 'crashed';
  readonly during: 'starting' | 'handling' | 'stray' | 'stopping';
  readonly messageType: string | undefined;
  readonly correlation: string | undefined;
  readonly error: unknown;
}

/** One of the first dead letters to a recipient within the window, in full. */
export interface DeadLetter {
  readonly type: 'dead-letter';
  readonly atMs: number;
  readonly path: string;
  readonly from: string;
  readonly messageType: string;
  readonly correlation: string | undefined;
  readonly reason: DeadReason;
}

/** The rest of a window's dead letters to one recipient, as a count. */
export interface DeadLettersSuppressed {
  readonly type: 'dead-letters';
  readonly atMs: number;
  readonly path: string;
  readonly count: number;
}

interface OfActor {
  readonly atMs: number;
  readonly path: string;
  readonly incarnation: number;
}
