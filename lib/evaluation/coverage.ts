import { listPieces, objectPieces, type Pieces } from '../model/text/pieces.ts';

/** Endpoints counted by name; the others are counted as `(other)`. */
const MAX_ENDPOINTS = 1000;
const OTHER = '(other)';
/** Endpoints and methods listed in a view. */
const MAX_LISTED = 20;

/** A share of the users' requests that was never compared. */
export interface Uncovered {
  /** An endpoint, or a method. */
  readonly name: string;
  readonly requests: number;
  /** Their share of all requests since the test began, 0 to 1. */
  readonly share: number;
}

/** Pairs of one endpoint whose bodies could not be compared by their content. */
export interface NotComparable {
  readonly name: string;
  /** `encoded with zstd`: why the last of them could not. */
  readonly why: string;
  readonly pairs: number;
}

/** How much of the users' requests the test has compared. */
export interface CoverageView {
  /** The users' requests since the test began, without health probes. */
  readonly requests: number;
  /** The share of requests to endpoints that were compared at least once, 0 to 1. */
  readonly coveredShare: number;
  /** At most 20, those with the most requests first. */
  readonly endpoints: readonly Uncovered[];
  readonly methods: readonly Uncovered[];
  /** At most 20, those with the most pairs first; absent where there is none. */
  readonly notComparable?: readonly NotComparable[];
}

/** What users requested during a test, and which of it was compared. */
export class Coverage {
  readonly #requests = new Map<string, number>();
  readonly #compared = new Set<string>();
  readonly #unread = new Map<string, { readonly why: string; readonly pairs: number }>();

  requested(endpoint: string): void {
    const isCounted = this.#requests.has(endpoint) || this.#requests.size < MAX_ENDPOINTS;
    const name = isCounted ? endpoint : OTHER;
    this.#requests.set(name, (this.#requests.get(name) ?? 0) + 1);
  }

  compared(endpoint: string): void {
    if (this.#compared.size < MAX_ENDPOINTS) this.#compared.add(endpoint);
  }

  /** The bodies of a pair of this endpoint could not be compared. */
  unread(endpoint: string, why: string): void {
    const pairs = (this.#unread.get(endpoint)?.pairs ?? 0) + 1;
    if (pairs > 1 || this.#unread.size < MAX_ENDPOINTS) this.#unread.set(endpoint, { why, pairs });
  }

  /** The users' requests since the test began, by endpoint. */
  byEndpoint(): ReadonlyMap<string, number> {
    return this.#requests;
  }

  view(): CoverageView {
    let requests = 0;
    let covered = 0;
    const endpoints = new Map<string, number>();
    const methods = new Map<string, number>();
    const comparedMethods = new Set<string>();
    for (const [name, count] of this.#requests) {
      requests += count;
      const method = name.slice(0, Math.max(0, name.indexOf(' ')));
      methods.set(method, (methods.get(method) ?? 0) + count);
      if (this.#compared.has(name)) {
        covered += count;
        comparedMethods.add(method);
      } else endpoints.set(name, count);
    }
    // `(other)` has no method.
    for (const method of ['', ...comparedMethods]) methods.delete(method);
    const total = Math.max(1, requests);
    return {
      requests,
      coveredShare: covered / total,
      endpoints: mostRequested(endpoints, total),
      methods: mostRequested(methods, total),
      ...(this.#unread.size > 0 && { notComparable: mostPairs(this.#unread) }),
    };
  }

  /** A checkpoint: JSON in pieces. */
  pieces(): Pieces {
    return objectPieces(
      {},
      {
        requests: listPieces(this.#requests, (one) => JSON.stringify(one)),
        compared: listPieces(this.#compared, (name) => JSON.stringify(name)),
        unread: listPieces(this.#unread, ([name, { why, pairs }]) =>
          JSON.stringify([name, why, pairs]),
        ),
      },
    );
  }

  /** Adopts a checkpoint; what it lacks stays empty. */
  restore(saved: unknown): void {
    const { requests, compared, unread } = (saved ?? {}) as Record<string, unknown>;
    for (const entry of listOf(requests)) {
      const [name, count] = listOf(entry);
      if (typeof name === 'string' && typeof count === 'number') this.#requests.set(name, count);
    }
    for (const entry of listOf(unread)) {
      const [name, why, pairs] = listOf(entry);
      if (typeof name !== 'string' || typeof why !== 'string') continue;
      if (typeof pairs === 'number') this.#unread.set(name, { why, pairs });
    }
    for (const name of listOf(compared)) if (typeof name === 'string') this.#compared.add(name);
  }
}

// Private

function mostRequested(counts: ReadonlyMap<string, number>, total: number): readonly Uncovered[] {
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, MAX_LISTED)
    .map(([name, requests]) => ({ name, requests, share: requests / total }));
}

function mostPairs(unread: ReadonlyMap<string, Omit<NotComparable, 'name'>>): NotComparable[] {
  return [...unread]
    .map(([name, { why, pairs }]) => ({ name, why, pairs }))
    .sort((one, other) => other.pairs - one.pairs)
    .slice(0, MAX_LISTED);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_ENDPOINTS) : [];
}
