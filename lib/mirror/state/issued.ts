import { BoundedMap } from '../../model/bounded-map.ts';
import type { StateNote } from './note.ts';

/** Sessions that are remembered; older ones count as if running had not handed them out. */
const MAX_VALUES = 50_000;
const MAX_SOURCES = 200;

/** Which request made running hand a value out. */
export interface Source {
  /** The name of its endpoint. */
  readonly endpoint: string;
  readonly isCopied: boolean;
}

/** What was handed out, in the form in which it reaches the worker. */
export interface IssuedSnapshot {
  readonly sources: readonly Source[];
  /** A hash and the index of its source, in turn. */
  readonly values: Float64Array;
}

/** The values that running handed out since its own start: what it keeps in memory, nobody else knows. */
export class Issued {
  readonly #values = new BoundedMap<number, number>(MAX_VALUES);
  #sources: Source[] = [];

  add({ handedOut, endpoint, isCopied }: StateNote): void {
    if (handedOut.length === 0) return;
    const source = this.#sourceOf({ endpoint, isCopied });
    for (const hash of handedOut) {
      // A session that is set again with each response keeps the request that began it.
      this.#values.set(hash, this.#values.use(hash) ?? source);
    }
  }

  /** The request that made running hand the value out, null when running did not. */
  sourceOf(hash: number): Source | null {
    const index = this.#values.use(hash);
    return index === undefined ? null : (this.#sources[index] ?? null);
  }

  /** Running has started anew: what it takes from now on it knows from elsewhere. */
  clear(): void {
    this.#values.clear();
    this.#sources = [];
  }

  snapshot(): IssuedSnapshot {
    return {
      sources: [...this.#sources],
      values: Float64Array.from([...this.#values.entries()].flat()),
    };
  }

  restore({ sources, values }: IssuedSnapshot): void {
    this.#sources = [...sources];
    for (let index = 0; index + 1 < values.length; index += 2) {
      this.#values.set(values[index] ?? 0, values[index + 1] ?? 0);
    }
  }

  // Private

  #sourceOf({ endpoint, isCopied }: Source): number {
    const found = this.#sources.findIndex(
      (one) => one.endpoint === endpoint && one.isCopied === isCopied,
    );
    if (found !== -1) return found;
    if (this.#sources.length < MAX_SOURCES) return this.#sources.push({ endpoint, isCopied }) - 1;
    return MAX_SOURCES - 1;
  }
}
