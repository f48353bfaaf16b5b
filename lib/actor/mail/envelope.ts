import type { Reply } from '../ask.ts';

/** A message on its way: what is sent, by whom, since when, and what hangs on it. */
export interface Envelope {
  readonly message: unknown;
  /** Path of the sender. */
  readonly from: string;
  readonly correlation: string | undefined;
  readonly sentAtMs: number;
  /** The question this message asks, failed at once when nobody will answer it. */
  readonly ask?: Reply<never> | undefined;
  /** The one incarnation it is meant for (timers, piped results, ends of watched actors). */
  readonly only?: object | undefined;
  /** Never dropped by a full mailbox: there is one per `watch` or `pipe`, so it is bounded anyway. */
  readonly kept?: boolean | undefined;
}

/** Why a message was buried instead of handled. */
export type DeadReason = 'stopped' | 'mailbox-full' | 'stale' | 'answered';

/** What a message is called in traces: its `type` when that is a string, else its JavaScript type. */
export function typeOf(message: unknown): string {
  if (typeof message !== 'object' || message === null) return typeof message;
  const { type } = message as { type?: unknown };
  return typeof type === 'string' ? type : 'object';
}
