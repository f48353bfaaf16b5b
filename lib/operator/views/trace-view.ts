export type TraceOutcome = 'ok' | 'crash' | 'dead' | 'dropped';

/** One message from one actor to another. */
export interface TraceRecord {
  readonly id: number;
  /** When it was sent, ms since the epoch. */
  readonly atMs: number;
  readonly from: string;
  readonly to: string;
  readonly type: string;
  /** Follows a version from its file's arrival to its archive. */
  readonly correlation: string | null;
  /** Time in the mailbox, ms. */
  readonly waitMs: number;
  readonly handledMs: number;
  readonly outcome: TraceOutcome;
  /** Only while payloads of the receiver are captured. */
  readonly payload?: unknown;
}

export interface TraceFilter {
  /** Sender or receiver, its whole path or the start of it. */
  readonly actor?: string;
  readonly correlation?: string;
  /** Newest records, at most. */
  readonly limit?: number;
}

/** An actor and its children, for `vili tree`. */
export interface TreeNode {
  readonly path: string;
  readonly status: string;
  /** Messages that wait. */
  readonly mailbox: number;
  readonly restarts: number;
  /** Counts the restarts and the first start: 1 for an actor that never crashed. */
  readonly incarnation: number;
  readonly inHand: { readonly type: string; readonly sinceMs: number } | null;
  /** The message in hand takes longer than its limit. */
  readonly hung: boolean;
  readonly children: readonly TreeNode[];
}

/** Whether a record is one the filter asks for; used on live records. */
export function matchesTrace(record: TraceRecord, filter: TraceFilter): boolean {
  const { actor, correlation } = filter;
  if (correlation !== undefined && record.correlation !== correlation) return false;
  if (actor === undefined) return true;
  return isWithin(record.to, actor) || isWithin(record.from, actor);
}

// Private

function isWithin(path: string, actor: string): boolean {
  return path === actor || path.startsWith(actor.endsWith('/') ? actor : `${actor}/`);
}
