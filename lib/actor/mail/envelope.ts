/** A question that waits for its reply: fails when nobody will reply any more. */
export interface OpenQuestion {
  fail(error: unknown): void;
  /** Calls `listener` when a reply or a failure has arrived. */
  onSettled(listener: () => void): void;
}

/** A message on its way: what is sent, by whom, since when, and what depends on it. */
export interface Envelope {
  readonly message: unknown;
  /** Path of the sender. */
  readonly from: string;
  readonly correlation: string | undefined;
  readonly sentAtMs: number;
  /** The question that this message asks. */
  readonly ask?: OpenQuestion | undefined;
  /** The only incarnation that may handle it (timers, piped results, ends of watched actors). */
  readonly only?: object | undefined;
  /** Never dropped by a full mailbox: there is one per `watch` or `pipe`, so their number is bounded. */
  readonly kept?: boolean | undefined;
}

/** What may accompany a message, besides sender and correlation id. */
export type Delivery = Pick<Envelope, 'ask' | 'only' | 'kept'>;

/** Why a message was buried instead of handled. */
export type DeadReason = 'no-actor' | 'stopped' | 'mailbox-full' | 'stale' | 'answered';

/** The name of a message in traces: its `type` when that is a string, else its JavaScript type. */
export function typeOf(message: unknown): string {
  if (typeof message !== 'object' || message === null) return typeof message;
  const { type } = message as { type?: unknown };
  return typeof type === 'string' ? type : 'object';
}
