/** What can happen to a version; the `event` of a history entry. */
export type HistoryEvent =
  | 'started'
  | 'arrived'
  | 'refused'
  /** Something of this place is missing, and is waited for. */
  | 'delayed'
  | 'testing'
  | 'promoted'
  | 'rejected'
  | 'rolled-back'
  | 'archived'
  | 'deleted'
  | 'crashed'
  | 'restarted'
  | 'adopted';

/** One line of `vili history`. */
export interface HistoryEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: HistoryEvent;
  readonly version: string;
  /** Who or what caused it: `vili`, or the person of an audited act. */
  readonly by: string;
  readonly reasons: readonly string[];
}

/** Whether the event decides a version's fate, which its report then states. */
export function endsTest(event: HistoryEvent): event is 'promoted' | 'rejected' | 'rolled-back' {
  return event === 'promoted' || event === 'rejected' || event === 'rolled-back';
}
