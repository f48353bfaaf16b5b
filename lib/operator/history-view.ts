export type HistoryEvent =
  | 'started'
  | 'arrived'
  | 'refused'
  | 'testing'
  | 'promoted'
  | 'rejected'
  | 'rolled-back'
  | 'archived'
  | 'deleted'
  | 'crashed'
  | 'restarted'
  | 'adopted';

/** One line of `vili history --json`, oldest first. */
export interface HistoryEntry {
  /** ISO 8601 with milliseconds, UTC. */
  readonly at: string;
  readonly event: HistoryEvent;
  readonly version: string | null;
  /** `vili` for what it decided itself, else who asked. */
  readonly by: string;
  /** Sentences, the weightiest first. */
  readonly reasons: readonly string[];
}

/** What `GET /v1/events` sends as it happens: the entries of the history. */
export type LiveEvent = HistoryEntry;
