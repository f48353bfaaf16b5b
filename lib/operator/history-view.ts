import type { HistoryEntry } from '../base/history.ts';

/** One line of `vili history --json`, oldest first; `reasons` are sentences, the weightiest first. */
export type { HistoryEntry, HistoryEvent } from '../base/history.ts';

/** What `GET /v1/events` sends as it happens: the entries of the history. */
export type LiveEvent = HistoryEntry;
