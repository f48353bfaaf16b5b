import type { FailureKind } from '../../model/exchange.ts';

const BATCH_MAX_MS = 250;
/** Few: what outlives the young part of the heap costs more to collect than to hand on. */
const BATCH_MAX_COUNT = 128;

/** How running answered one request, for its history; health probes are not among them. */
export interface TrafficObservation {
  readonly atMs: number;
  readonly endpointMethod: string;
  /** Path and query, verbatim. */
  readonly path: string;
  /** 0 when running gave no answer. */
  readonly status: number;
  readonly failure: FailureKind | null;
  readonly ms: number;
  /** Whether a copy went to the far side, so that a pair may come of it. */
  readonly copied: boolean;
}

export type TrafficListener = (batch: readonly TrafficObservation[]) => void;

/** Collects observations and hands them on in batches: every 250 ms, or 128 at once. */
export class TrafficLog {
  private readonly listeners = new Set<TrafficListener>();
  private batch: TrafficObservation[] = [];
  private timer: NodeJS.Timeout | null = null;

  /** False when nobody listens: the gate then makes no observation at all. */
  get wanted(): boolean {
    return this.listeners.size !== 0;
  }

  listen(listener: TrafficListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  add(observation: TrafficObservation): void {
    this.batch.push(observation);
    if (this.batch.length >= BATCH_MAX_COUNT) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), BATCH_MAX_MS).unref();
  }

  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.batch.length === 0) return;
    const batch = this.batch;
    this.batch = [];
    for (const listener of this.listeners) listener(batch);
  }
}
