/** Why a span did not reach the collector. `lost`: what held it ended. */
export const SPAN_DROPS = ['queue-full', 'not-taken', 'lost'] as const;
export type SpanDrop = (typeof SPAN_DROPS)[number];

export interface SpanFacts {
  readonly exported: number;
  readonly dropped: Readonly<Record<SpanDrop, number>>;
}

/** What became of the spans since Vili started. */
export class SpanCounts {
  #exported = 0;
  readonly #dropped: Record<SpanDrop, number> = { 'queue-full': 0, 'not-taken': 0, lost: 0 };

  exported(count: number): void {
    this.#exported += count;
  }

  dropped(reason: SpanDrop, count: number): void {
    this.#dropped[reason] += count;
  }

  view(): SpanFacts {
    return { exported: this.#exported, dropped: { ...this.#dropped } };
  }
}
