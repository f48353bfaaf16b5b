import { pathOf } from '../../model/path-template.ts';
import { BoundedMap } from './bounded.ts';
import type { StateNote } from './note.ts';

const MAX_CLIENTS = 10_000;
const MAX_PLACES_PER_CLIENT = 8;
const MAX_PLACES = 10_000;
const MAX_SEGMENTS = 12;
const MAX_ENDPOINTS = 500;
/** Reads below a write before it is known whether testing knows what was written. */
const ENOUGH = 5;
/** Such reads differ so much more often than others when testing does not know. */
const EXCESS = 0.1;
/** Older responses count less. */
const MEMORY = 200;

/** Whose write it was: the client's own, or anybody's. */
export type Writer = 'own' | 'other';

/** A write that was not copied, above a read. */
export interface Write {
  readonly writer: Writer;
  /** `POST /cart`. */
  readonly endpoint: string;
}

/** Writes that only running knows, so that reads below them may differ. */
export class Written {
  readonly #byClient = new BoundedMap<number, Map<string, string>>(MAX_CLIENTS);
  readonly #byAnybody = new BoundedMap<string, string>(MAX_PLACES);

  add({ client, path, endpoint, created }: StateNote): void {
    const own = ownPlaceOf(path);
    for (const hash of client) {
      const places = this.#byClient.use(hash) ?? new Map<string, string>();
      if (places.size < MAX_PLACES_PER_CLIENT || places.has(own)) places.set(own, endpoint);
      this.#byClient.set(hash, places);
    }
    for (const place of [path, ...created])
      if (place !== '/') this.#byAnybody.set(trimmed(place), endpoint);
  }

  get isEmpty(): boolean {
    return this.#byClient.size === 0;
  }

  /** The write above this read that only running knows, its own client's first; null when there is none. */
  above(client: readonly number[], target: string): Write | null {
    const above = placesAbove(pathOf(target));
    for (const hash of client) {
      const places = this.#byClient.use(hash);
      if (places === undefined) continue;
      for (const place of above) {
        const endpoint = places.get(place);
        if (endpoint !== undefined) return { writer: 'own', endpoint };
      }
    }
    for (const place of above) {
      const endpoint = this.#byAnybody.use(place);
      if (endpoint !== undefined) return { writer: 'other', endpoint };
    }
    return null;
  }

  clear(): void {
    this.#byClient.clear();
    this.#byAnybody.clear();
  }
}

interface Rates {
  pairs: number;
  differed: number;
}

type Counts = Record<Writer | 'none', Rates>;

/** Learns for each endpoint whether testing is seen to know what running was told to write. */
export class WriteKnowledge {
  readonly #endpoints = new Map<string, Counts>();

  observe(endpoint: string, writer: Writer | null, differs: boolean): void {
    const counts = this.#countsOf(endpoint);
    if (counts === null) return;
    const rates = counts[writer ?? 'none'];
    rates.pairs++;
    if (differs) rates.differed++;
    if (rates.pairs <= MEMORY) return;
    rates.pairs /= 2;
    rates.differed /= 2;
  }

  /** Whether testing knows what was written here; null while that is not known. */
  knows(endpoint: string, writer: Writer): boolean | null {
    const counts = this.#endpoints.get(endpoint);
    if (counts === undefined) return null;
    const { [writer]: after, none } = counts;
    if (after.pairs < ENOUGH) return null;
    const usual = none.pairs >= ENOUGH ? none.differed / none.pairs : 0;
    return after.differed / after.pairs <= usual + EXCESS;
  }

  // Private

  #countsOf(endpoint: string): Counts | null {
    const found = this.#endpoints.get(endpoint);
    if (found !== undefined) return found;
    if (this.#endpoints.size >= MAX_ENDPOINTS) return null;
    const blank = (): Rates => ({ pairs: 0, differed: 0 });
    const made = { own: blank(), other: blank(), none: blank() };
    this.#endpoints.set(endpoint, made);
    return made;
  }
}

// Private

/** For its own client a write also changes what is beside it: `POST /cart/add` changes `/cart`. */
function ownPlaceOf(path: string): string {
  const place = trimmed(path);
  const end = place.lastIndexOf('/');
  return end > 0 ? place.slice(0, end) : place;
}

/** The path and what is above it, the nearest first. */
function placesAbove(path: string): readonly string[] {
  const places: string[] = [];
  let place = trimmed(path);
  while (place !== '' && places.length < MAX_SEGMENTS) {
    places.push(place);
    place = place.slice(0, Math.max(0, place.lastIndexOf('/')));
  }
  places.push('/');
  return places;
}

function trimmed(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
