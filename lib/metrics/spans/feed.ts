import type { CopySpan } from '../../model/span/copy.ts';
import { SpanCounts } from './counts.ts';

type CopySpansListener = (spans: readonly CopySpan[]) => void;

/** What of the export of spans outlives the actor that does it: the counts, and where the spans of copies come from. */
export class SpanFeed {
  readonly counts = new SpanCounts();
  readonly #listeners = new Set<CopySpansListener>();

  publish(spans: readonly CopySpan[]): void {
    if (this.#listeners.size === 0) this.counts.dropped('lost', spans.length);
    for (const listener of this.#listeners) listener(spans);
  }

  /** The returned function ends the listening. */
  listen(listener: CopySpansListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
