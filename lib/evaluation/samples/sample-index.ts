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
  readonly #counts = new Map<string, number>();
  #sorted: readonly SampleEntry[] | null = null;

  get(id: string): SampleEntry | undefined {
    return this.#entries.get(id);
  }

  /** Adds it, or replaces that of the same id. */
  set(entry: SampleEntry): void {
    this.#count(this.#entries.get(entry.id), -1);
    this.#count(entry, 1);
    this.#entries.set(entry.id, entry);
    this.#sorted = null;
  }

  delete(id: string): void {
    this.#count(this.#entries.get(id), -1);
    this.#entries.delete(id);
    this.#sorted = null;
  }

  /** How many samples an endpoint has. */
  countOf(endpoint: string): number {
    return this.#counts.get(endpoint) ?? 0;
  }

  /** Oldest first. */
  all(): readonly SampleEntry[] {
    this.#sorted ??= [...this.#entries.values()].sort((left, right) => left.atMs - right.atMs);
    return this.#sorted;
  }

  // Private

  #count(entry: SampleEntry | undefined, by: 1 | -1): void {
    if (entry === undefined) return;
    const count = this.countOf(entry.endpoint) + by;
    if (count > 0) this.#counts.set(entry.endpoint, count);
    else this.#counts.delete(entry.endpoint);
  }
}
