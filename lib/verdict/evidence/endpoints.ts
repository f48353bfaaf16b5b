import { listPieces, objectPieces, type Pieces } from '../../model/text/pieces.ts';
import { readCount, readList } from './checkpoint.ts';
import { EndpointEvidence } from './endpoint.ts';

/** Stands for all endpoints beyond the limit. */
const OTHER_ENDPOINTS = 'other endpoints';
const LONGEST_NAME = 500;

/** The weighted mean of one e-value for each endpoint, by their shares of the budget. */
export function meanOver(
  endpoints: Endpoints,
  valueOf: (endpoint: EndpointEvidence) => number,
): number {
  let sum = 1;
  for (const endpoint of endpoints.all()) sum += endpoint.budget * (valueOf(endpoint) - 1);
  return sum;
}

/**
 * The endpoints by name, at most `max`: further ones are judged together. An endpoint seen only on
 * running gives way to a mirrored one, so that a scanner's random paths do not fill the list.
 */
export class Endpoints {
  readonly #max: number;
  #byName = new Map<string, EndpointEvidence>();
  #discovered = 0;

  constructor(max: number) {
    this.#max = Math.max(1, max);
  }

  get size(): number {
    return this.#byName.size;
  }

  all(): IterableIterator<EndpointEvidence> {
    return this.#byName.values();
  }

  /** The evidence of this endpoint, created if it is new. `mirrored`: it is about to get a pair. */
  of(name: string, mirrored: boolean): EndpointEvidence {
    return this.#byName.get(name) ?? this.#admit(name.slice(0, LONGEST_NAME), mirrored);
  }

  /** A checkpoint: JSON, an endpoint in each piece. */
  pieces(): Pieces {
    const list = listPieces(this.#byName.values(), (one) => one.text());
    return objectPieces({ discovered: this.#discovered }, { list });
  }

  restore(discovered: unknown, list: unknown, where: string): void {
    this.#discovered = readCount(discovered, `${where}.discovered`);
    // One more than the limit: the others together.
    for (const [index, one] of readList(list, `${where}.list`, this.#max + 1).entries()) {
      const endpoint = EndpointEvidence.restore(one, `${where}.list[${index}]`);
      this.#byName.set(endpoint.name, endpoint);
    }
  }

  // Private

  #admit(name: string, mirrored: boolean): EndpointEvidence {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (this.#byName.size >= this.#max && !(mirrored && this.#evictUnmirrored())) {
      return this.#byName.get(OTHER_ENDPOINTS) ?? this.#add(OTHER_ENDPOINTS);
    }
    return this.#add(name);
  }

  #add(name: string): EndpointEvidence {
    const endpoint = new EndpointEvidence(name, ++this.#discovered);
    this.#byName.set(name, endpoint);
    return endpoint;
  }

  #evictUnmirrored(): boolean {
    for (const endpoint of this.#byName.values()) {
      if (endpoint.counts.pairs === 0 && endpoint.name !== OTHER_ENDPOINTS) {
        return this.#byName.delete(endpoint.name);
      }
    }
    return false;
  }
}
