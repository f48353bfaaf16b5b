import type { SampleSignal } from '../../compare/sample/sample.ts';
import type { LogExtract } from './log-extract.ts';

/** What is known of a sample without its file. */
export interface SampleEntry {
  readonly id: string;
  readonly endpoint: string;
  readonly signal: SampleSignal;
  readonly key: string;
  readonly atMs: number;
  /** What both versions logged around it; null until known. */
  readonly logs: LogExtract | null;
}

/** What is known of each sample of a test, by its id. In order it is asked for with every decision, and seldom changed. */
export class SampleIndex {
  readonly #entries = new Map<string, SampleEntry>();
  #sorted: readonly SampleEntry[] | null = null;

  get(id: string): SampleEntry | undefined {
    return this.#entries.get(id);
  }

  /** Adds it, or replaces that of the same id. */
  set(entry: SampleEntry): void {
    this.#entries.set(entry.id, entry);
    this.#sorted = null;
  }

  delete(id: string): void {
    this.#entries.delete(id);
    this.#sorted = null;
  }

  /** How many samples an endpoint has. */
  countOf(endpoint: string): number {
    let count = 0;
    for (const entry of this.#entries.values()) if (entry.endpoint === endpoint) count++;
    return count;
  }

  /** Oldest first. */
  all(): readonly SampleEntry[] {
    this.#sorted ??= [...this.#entries.values()].sort((left, right) => left.atMs - right.atMs);
    return this.#sorted;
  }
}
