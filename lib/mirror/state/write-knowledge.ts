import { entryOf } from '../../compare/limited.ts';
import { BoundedMap } from '../../model/bounded-map.ts';
import type { Write, Writer } from './written.ts';

const MAX_ENDPOINTS = 500;
/** Reads of what was written before it is known whether testing knows it. */
const ENOUGH = 5;
/** Such reads differ so much more often than others when testing does not know. */
const EXCESS = 0.1;
/** Created things that testing has, from which on it has them all, and how many it may lack. */
const HAS = 3;
const LACKS_SHARE = 0.1;
/** Older responses count less. */
const MEMORY = 200;
/** Places in which responses differ that no write explains, and how often each was seen. */
const MAX_PLACES = 500;

interface Rates {
  pairs: number;
  differed: number;
}

type Counts = Record<Writer | 'none', Rates>;

/** How one read went. */
export interface Read {
  readonly endpoint: string;
  /** The write above it; null: there is none. */
  readonly write: Write | null;
  /** Where the responses differ, wherever they were read from: `value $.price`. */
  readonly places: readonly string[];
  /** Running responded with what was asked for, and so did testing. */
  readonly isFound: boolean;
  readonly isFoundByTesting: boolean;
}

/** Learns whether testing is seen to know what running was told to write. */
export class WriteKnowledge {
  /** By the endpoint that is read. */
  readonly #reads = new Map<string, Counts>();
  /** By the endpoint that was written to: created things that testing has, and lacks. */
  readonly #created = new Map<string, Rates>();
  /** Where responses differ without any write, such as a version that each response carries. */
  readonly #usual = new BoundedMap<string, number>(MAX_PLACES);

  observe({ endpoint, write, places, isFound, isFoundByTesting }: Read): void {
    const counts = entryOf(this.#reads, endpoint, MAX_ENDPOINTS, () => ({
      own: blank(),
      other: blank(),
      none: blank(),
    }));
    const differs = places.some((place) => (this.#usual.use(place) ?? 0) < ENOUGH);
    if (counts !== null) add(counts[write?.writer ?? 'none'], differs);
    if (write === null) {
      for (const place of places) this.#usual.set(place, (this.#usual.use(place) ?? 0) + 1);
    }
    if (write?.isCreated !== true || !isFound) return;
    const created = entryOf(this.#created, write.endpoint, MAX_ENDPOINTS, blank);
    if (created !== null) add(created, !isFoundByTesting);
  }

  /** Whether testing knows what was written here; null while that is not known. */
  knows(endpoint: string, write: Write): boolean | null {
    const created = this.#created.get(write.endpoint);
    if (created !== undefined && created.pairs - created.differed >= HAS) {
      if (created.differed <= LACKS_SHARE * created.pairs) return true;
    }
    const counts = this.#reads.get(endpoint);
    if (counts === undefined) return null;
    const { [write.writer]: after, none } = counts;
    if (after.pairs < ENOUGH) return null;
    const usual = none.pairs >= ENOUGH ? none.differed / none.pairs : 0;
    return after.differed / after.pairs <= usual + EXCESS;
  }
}

// Private

function blank(): Rates {
  return { pairs: 0, differed: 0 };
}

function add(rates: Rates, differs: boolean): void {
  rates.pairs++;
  if (differs) rates.differed++;
  if (rates.pairs <= MEMORY) return;
  rates.pairs /= 2;
  rates.differed /= 2;
}
