import type { Count, Found } from './found.ts';
import { KINDS, SLOW } from './kinds.ts';

/** Endpoints that have a row of their own. */
const ENDPOINTS_MAX = 3;

/** How often users got one kind of response, on one endpoint or on all (null), while the evidence grows. */
export interface UserRow {
  readonly code: string;
  /** `5xx`, `broken off`, `very slow`. */
  readonly name: string;
  readonly endpoint: string | null;
  /** Of the version on trial. */
  readonly now: Count;
  /** Of the other version: before this one came, and since. */
  readonly before: Count;
  readonly meanwhile: Count;
  /** The rate that a version no worse may reach, 0 to 1; null: it is not judged yet. */
  readonly limit: number | null;
  /** What it adds to the odds. */
  readonly odds: number;
}

/** All kinds over all endpoints, then the endpoints where the most speaks against the version, without those where nothing happened. */
export function rowsOf(
  all: readonly Found[],
  endpoints: readonly Found[],
  isTimed: boolean,
): readonly UserRow[] {
  const isJudged = ({ kind }: Found): boolean => isTimed || kind !== SLOW;
  const worst = endpoints
    .filter((one) => isJudged(one) && one.trial.hits > 0)
    .sort((left, right) => right.strength - left.strength || right.trial.hits - left.trial.hits)
    .slice(0, ENDPOINTS_MAX);
  return [...all.filter(isJudged), ...worst].map(rowOf);
}

// Private

function rowOf({ endpoint, kind, strength, nullRate, trial, before, meanwhile }: Found): UserRow {
  const { code = '', name = '' } = KINDS[kind] ?? {};
  const limit = nullRate > 0 ? nullRate : null;
  return { code, name, endpoint, now: trial, before, meanwhile, limit, odds: strength };
}
