import { BLOCK_MS, BLOCK_UNITS_MAX } from './parameters.ts';
import { KINDS } from './kinds.ts';

/** What one client got in one block: of so many responses, how many were of each kind. */
export interface Unit {
  readonly client: string;
  responses: number;
  readonly hits: number[];
}

/** One block of one arm. */
export interface Block {
  readonly atMs: number;
  /** By endpoint, and of all endpoints together. */
  readonly endpoints: ReadonlyMap<string, ReadonlyMap<string, Unit>>;
  readonly all: ReadonlyMap<string, Unit>;
}

/**
 * Takes responses together by client and by time. A client counts once in a block, by the share of its
 * responses that failed: evidence counts clients, not requests.
 */
export class Blocks {
  #index = Number.NEGATIVE_INFINITY;
  #units = 0;
  #endpoints = new Map<string, Map<string, Unit>>();
  #all = new Map<string, Unit>();

  /** Ends the block when `atMs` is beyond it; null while it lasts, or when it was empty. Times only grow. */
  advance(atMs: number): Block | null {
    const index = Math.floor(atMs / BLOCK_MS);
    if (!(index > this.#index)) return null;
    const ended = this.flush();
    this.#index = index;
    return ended;
  }

  /** Ends the block now. */
  flush(): Block | null {
    if (this.#units === 0) return null;
    const atMs = (this.#index + 1) * BLOCK_MS;
    const ended = { atMs, endpoints: this.#endpoints, all: this.#all };
    this.#units = 0;
    this.#endpoints = new Map();
    this.#all = new Map();
    return ended;
  }

  /** Counts a response in the block under way; `kinds` as bits. */
  add(endpoint: string, client: string, kinds: number): void {
    let units = this.#endpoints.get(endpoint);
    if (this.#units >= BLOCK_UNITS_MAX && units?.has(client) !== true) return;
    if (units === undefined) this.#endpoints.set(endpoint, (units = new Map()));
    this.#count(units, client, kinds);
    this.#count(this.#all, client, kinds);
  }

  // Private

  #count(units: Map<string, Unit>, client: string, kinds: number): void {
    let unit = units.get(client);
    if (unit === undefined) {
      unit = { client, responses: 0, hits: KINDS.map(() => 0) };
      units.set(client, unit);
      this.#units++;
    }
    unit.responses++;
    for (let kind = 0; kinds >> kind > 0; kind++) {
      if ((kinds >> kind) & 1) unit.hits[kind] = (unit.hits[kind] as number) + 1;
    }
  }
}
