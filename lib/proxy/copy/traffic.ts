import type { TrafficObservation } from '../../model/exchange.ts';

const BATCH_MAX_MS = 250;
/** Small, because collecting observations that outlive the young heap costs more than handing them on. */
const BATCH_MAX_COUNT = 128;

export type TrafficListener = (batch: readonly TrafficObservation[]) => void;

/** Collects observations and hands them on in batches: every 250 ms, or 128 at once. */
export class TrafficLog {
  private readonly listeners = new Set<TrafficListener>();
  private batch: TrafficObservation[] = [];
  private timer: NodeJS.Timeout | null = null;

  /** False while nobody listens: no observation is created then. */
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
