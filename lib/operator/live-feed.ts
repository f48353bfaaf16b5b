import type { HistoryEntry } from '../model/history.ts';

/** Passes every entry of the history on to the current listeners. */
export class LiveFeed {
  readonly #listeners = new Set<(event: HistoryEntry) => void>();

  publish(event: HistoryEntry): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** The returned function ends the listening. */
  listen(listener: (event: HistoryEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
