import type { FailureKind } from '../../model/exchange.ts';

/** One response that a user got, and who that was. */
export interface UserResponse {
  /** Method and template: `POST /orders`. */
  readonly endpoint: string;
  /** The client's session or address, as the proxy knows it; '' when it is not known. */
  readonly client: string;
  /** When the response had ended, ms. */
  readonly atMs: number;
  readonly status: number;
  readonly failure: FailureKind | null;
  readonly ms: number;
}

/** What speaks against a version that serves users, one kind at a time. */
export interface RateKind {
  /** Of its reasons, stable. */
  readonly code: string;
  /** For a table. */
  readonly name: string;
  /** Its share of the permitted chance of a wrong alarm; all shares add up to 1. */
  readonly budget: number;
  /** What control never does may still happen at this rate; null: at `verdict.margin`. */
  readonly leastNullRate: number | null;
  /** `12 of 340 responses … were 5xx`: the words after the count. */
  readonly words: string;
}

/** In the order of the counts in `Counts.hits`. */
export const KINDS: readonly RateKind[] = [
  {
    code: 'users-errors',
    name: '5xx',
    budget: 0.45,
    leastNullRate: null,
    words: 'were 5xx',
  },
  {
    code: 'users-broken',
    name: 'broken off',
    budget: 0.35,
    leastNullRate: null,
    words: 'were missing or broken off',
  },
  {
    code: 'users-slow',
    name: 'very slow',
    budget: 0.2,
    leastNullRate: 0.1,
    words: 'were very slow',
  },
];
export const SLOW = 2;

/** Which kinds a response is of, as bits; `slowAboveMs` null: not known. */
export function kindsOf({ status, failure, ms }: UserResponse, slowAboveMs: number | null): number {
  if (failure !== null) return 2;
  if (status >= 500) return 1;
  return slowAboveMs !== null && ms > slowAboveMs ? 4 : 0;
}
