import type { ResponseSummary } from '../compare/outcome.ts';
import type { FailureKind } from '../model/exchange.ts';

/** How running responded to one request. */
export interface RunningResponse {
  readonly endpoint: string;
  readonly response: ResponseSummary;
  readonly atMs: number;
}

/**
 * The latest `capacity` responses, in columns that are reused: an object for each would live just
 * long enough to become the most expensive garbage of a request.
 */
export class ResponseRing {
  readonly #capacity: number;
  readonly #endpoints: string[];
  readonly #statuses: Uint16Array;
  readonly #ms: Float64Array;
  readonly #failures: (FailureKind | null)[];
  readonly #atMs: Float64Array;
  #added = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#endpoints = Array<string>(capacity).fill('');
    this.#statuses = new Uint16Array(capacity);
    this.#ms = new Float64Array(capacity);
    this.#failures = Array<FailureKind | null>(capacity).fill(null);
    this.#atMs = new Float64Array(capacity);
  }

  add({ endpoint, response, atMs }: RunningResponse): void {
    const at = this.#added++ % this.#capacity;
    this.#endpoints[at] = endpoint;
    this.#statuses[at] = response.status;
    this.#ms[at] = response.ms;
    this.#failures[at] = response.failure;
    this.#atMs[at] = atMs;
  }

  /** Oldest first. */
  toArray(): RunningResponse[] {
    const kept = Math.min(this.#added, this.#capacity);
    const oldest = this.#added - kept;
    return Array.from({ length: kept }, (_, index) => this.#at((oldest + index) % this.#capacity));
  }

  // Private

  #at(at: number): RunningResponse {
    return {
      endpoint: this.#endpoints[at] ?? '',
      response: {
        status: this.#statuses[at] ?? 0,
        ms: this.#ms[at] ?? 0,
        failure: this.#failures[at] ?? null,
      },
      atMs: this.#atMs[at] ?? 0,
    };
  }
}
