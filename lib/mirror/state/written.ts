import { pathOf } from '../../model/path-template.ts';
import { BoundedMap } from '../../model/bounded-map.ts';
import type { StateNote } from './note.ts';

const MAX_CLIENTS = 10_000;
const MAX_PLACES_PER_CLIENT = 8;
const MAX_PLACES = 10_000;
const MAX_SEGMENTS = 12;
/** The form in which a thing or a list is read: `/orders.json` is `/orders`. */
const FORM = /(?<=[^/])\.(?:atom|csv|html?|json|rss|xml|ya?ml)$/i;

/** Whose write it was: the client's own, or anybody's. */
export type Writer = 'own' | 'other';

/** A write that was not copied, above a read. */
export interface Write {
  readonly writer: Writer;
  /** `POST /cart`. */
  readonly endpoint: string;
  /** What is read was created by it, so that who responds with it knows what was written. */
  readonly isCreated: boolean;
}

type Done = Omit<Write, 'writer'>;

/** Writes that only running knows, so that reads of what they changed may differ. */
export class Written {
  /** All below the place of a client's own write may have changed for it. */
  readonly #byClient = new BoundedMap<number, Map<string, Done>>(MAX_CLIENTS);
  /** What anybody sees changed: things with all below them, and lists that show them, without. */
  readonly #things = new BoundedMap<string, Done>(MAX_PLACES);
  readonly #lists = new BoundedMap<string, Done>(MAX_PLACES);

  add({ method, client, path, endpoint, created }: StateNote): void {
    const place = placeOf(path);
    const done = { endpoint, isCreated: false };
    const own = ownPlaceOf(place);
    for (const hash of client) {
      const places = this.#byClient.use(hash) ?? new Map<string, Done>();
      if (places.size < MAX_PLACES_PER_CLIENT || places.has(own)) places.set(own, done);
      this.#byClient.set(hash, places);
    }
    for (const one of created) this.#things.set(placeOf(one), { endpoint, isCreated: true });
    // A POST adds to what is at its path; anything else changes it.
    if (method !== 'POST') this.#things.set(place, done);
    this.#lists.set(method === 'POST' ? place : parentOf(place), done);
  }

  get isEmpty(): boolean {
    return this.#byClient.size === 0;
  }

  /** The write above this read that only running knows, the most telling first; null when there is none. */
  above(client: readonly number[], target: string): Write | null {
    const path = placeOf(pathOf(target));
    const created = this.#things.use(path);
    if (created?.isCreated === true) return { writer: 'other', ...created };
    const above = placesAbove(path);
    for (const hash of client) {
      const places = this.#byClient.use(hash);
      if (places === undefined) continue;
      for (const place of above) {
        const done = places.get(place);
        if (done !== undefined) return { writer: 'own', ...done };
      }
    }
    for (const place of above) {
      const done = this.#things.use(place);
      if (done !== undefined) return { writer: 'other', ...done };
    }
    const listed = this.#lists.use(path);
    return listed === undefined ? null : { writer: 'other', ...listed };
  }

  clear(): void {
    this.#byClient.clear();
    this.#things.clear();
    this.#lists.clear();
  }
}

// Private

/** For its own client a write also changes what is beside it: `POST /cart/add` changes `/cart`. */
function ownPlaceOf(place: string): string {
  const end = place.lastIndexOf('/');
  return end > 0 ? place.slice(0, end) : place;
}

function parentOf(place: string): string {
  return place.slice(0, Math.max(1, place.lastIndexOf('/')));
}

/** The path and what is above it, the nearest first. */
function placesAbove(path: string): readonly string[] {
  const places: string[] = [];
  let place = path;
  while (place !== '' && places.length < MAX_SEGMENTS) {
    places.push(place);
    place = place.slice(0, Math.max(0, place.lastIndexOf('/')));
  }
  if (path !== '/') places.push('/');
  return places;
}

function placeOf(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path.replace(FORM, '');
}
