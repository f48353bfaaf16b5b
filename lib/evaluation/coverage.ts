/** Endpoints counted by name; the rest counts as `(other)`. */
const MAX_ENDPOINTS = 1000;
const OTHER = '(other)';
const MAX_TOLD = 20;

/** A share of the users' requests that was never compared. */
export interface Uncovered {
  /** An endpoint, or a method. */
  readonly name: string;
  readonly requests: number;
  /** Of all requests since the test began, 0 to 1. */
  readonly share: number;
}

/** How much of what users ask for the test has compared. */
export interface CoverageView {
  /** The users' requests since the test began, health probes left out. */
  readonly requests: number;
  /** On endpoints that were compared at least once, 0 to 1. */
  readonly coveredShare: number;
  /** The ones with most requests first, at most 20. */
  readonly endpoints: readonly Uncovered[];
  readonly methods: readonly Uncovered[];
}

/** What users asked for during a test, and what of it was compared. */
export class Coverage {
  readonly #requests = new Map<string, number>();
  readonly #compared = new Set<string>();

  requested(endpoint: string): void {
    const known = this.#requests.get(endpoint);
    const name = known !== undefined || this.#requests.size < MAX_ENDPOINTS ? endpoint : OTHER;
    this.#requests.set(name, (this.#requests.get(name) ?? 0) + 1);
  }

  compared(endpoint: string): void {
    if (this.#compared.size < MAX_ENDPOINTS) this.#compared.add(endpoint);
  }

  view(): CoverageView {
    let requests = 0;
    let covered = 0;
    const methods = new Map<string, { requests: number; compared: boolean }>();
    const missing: { name: string; requests: number }[] = [];
    for (const [name, count] of this.#requests) {
      requests += count;
      const compared = this.#compared.has(name);
      if (compared) covered += count;
      else missing.push({ name, requests: count });
      const method = name.slice(0, Math.max(0, name.indexOf(' ')));
      const known = methods.get(method) ?? { requests: 0, compared: false };
      const sum = known.requests + count;
      if (method !== '')
        methods.set(method, { requests: sum, compared: known.compared || compared });
    }
    const total = Math.max(1, requests);
    const told = (list: readonly { name: string; requests: number }[]): readonly Uncovered[] =>
      [...list]
        .sort((left, right) => right.requests - left.requests)
        .slice(0, MAX_TOLD)
        .map((one) => ({ ...one, share: one.requests / total }));
    const without = [...methods].filter(([, { compared }]) => !compared);
    return {
      requests,
      coveredShare: covered / total,
      endpoints: told(missing),
      methods: told(without.map(([name, it]) => ({ name, requests: it.requests }))),
    };
  }

  checkpoint(): unknown {
    return { requests: [...this.#requests], compared: [...this.#compared] };
  }

  /** Takes what a checkpoint held; what is not there stays empty. */
  restore(saved: unknown): void {
    const { requests, compared } = (saved ?? {}) as Record<string, unknown>;
    for (const entry of listOf(requests)) {
      const [name, count] = listOf(entry);
      if (typeof name === 'string' && typeof count === 'number') this.#requests.set(name, count);
    }
    for (const name of listOf(compared)) if (typeof name === 'string') this.#compared.add(name);
  }
}

// Private

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_ENDPOINTS) : [];
}
