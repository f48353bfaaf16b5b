export const TRACE_OUTCOMES = ['ok', 'crash', 'dead', 'dropped'] as const;

export type TraceOutcome = (typeof TRACE_OUTCOMES)[number];

/** One message from one actor to another, written once it was handled or became a dead letter. */
export interface TraceRecord {
  /** Counts up by one from 1; a gap between two records read means that the ring has moved on. */
  readonly id: number;
  /** When the message was sent, ms since the epoch. */
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  /** Follows a version from the arrival of its file to its archive. */
  readonly correlation: string | null;
  /** Time in the mailbox, ms. */
  readonly waitMs: number;
  readonly handledMs: number;
  readonly outcome: TraceOutcome;
  /** The text of a mark, or the message to an actor whose payloads are captured; at most 4,000 characters. */
  readonly payload?: string;
}

/** Batches and clock ticks: in the trace, but not part of any version's way. */
export const BULK_TYPES: ReadonlySet<string> = new Set([
  'outcomes',
  'observed',
  'batch',
  'log',
  'log-read',
  'read',
  'tick',
  'cap',
  'capped',
  'look',
  'looked',
  'saved',
  'sampled',
  'counted',
  'standing',
]);

export interface TraceFilter {
  /** The path of the sender or the receiver, or of an actor above it. */
  readonly actor?: string;
  readonly correlation?: string;
  /** Types of message that are left out. */
  readonly without?: ReadonlySet<string>;
  /** The newest records, at most. */
  readonly limit?: number;
}

/** Whether a record has the correlation id and the actor of the filter; `limit` is up to the caller. */
export function matchesTrace(
  record: TraceRecord,
  { actor, correlation, without }: TraceFilter,
): boolean {
  if (correlation !== undefined && record.correlation !== correlation) return false;
  if (without?.has(record.type) === true) return false;
  return actor === undefined || isWithin(record.from, actor) || isWithin(record.to, actor);
}

// Private

/** `/vili/a` covers itself, every actor below it and what it was answered, at `/vili/a#reply`. */
function isWithin(path: string, actor: string): boolean {
  const top = actor.endsWith('/') ? actor.slice(0, -1) : actor;
  return path === top || path.startsWith(`${top}/`) || path.startsWith(`${top}#`);
}
