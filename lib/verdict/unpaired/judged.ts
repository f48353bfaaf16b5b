import { KINDS, SLOW } from './kinds.ts';
import { OVERALL_SHARE } from './parameters.ts';
import { RateProcess } from './rate-process.ts';

/** The evidence of one endpoint, or of all (null): one process for each kind. */
export interface Judged {
  readonly endpoint: string | null;
  /** Of what all endpoints have together. */
  readonly budget: number;
  readonly processes: readonly RateProcess[];
  /** As of the last block. */
  readonly nullRates: number[];
}

export function judged(endpoint: string | null, budget: number): Judged {
  const processes = KINDS.map(() => new RateProcess());
  return { endpoint, budget, processes, nullRates: KINDS.map(() => 0) };
}

/** One e-value: the mean of all by their budgets, which is one whatever their dependence. */
export function oddsOf(
  all: Judged,
  endpoints: Iterable<Judged>,
): { readonly total: number; readonly slowness: number } {
  const sums = KINDS.map(() => 1);
  for (const one of endpoints) {
    for (let kind = 0; kind < sums.length; kind++) {
      sums[kind] = (sums[kind] as number) + one.budget * (valueOf(one, kind) - 1);
    }
  }
  const parts = KINDS.map(
    ({ budget }, kind) =>
      budget * (OVERALL_SHARE * valueOf(all, kind) + (1 - OVERALL_SHARE) * (sums[kind] as number)),
  );
  return { total: parts.reduce((sum, part) => sum + part, 0), slowness: parts[SLOW] as number };
}

/** What it adds to the odds by one kind. */
export function strengthOf(one: Judged, kind: number): number {
  const share = one.endpoint === null ? OVERALL_SHARE : (1 - OVERALL_SHARE) * one.budget;
  return (KINDS[kind]?.budget ?? 0) * share * valueOf(one, kind);
}

// Private

function valueOf({ processes }: Judged, kind: number): number {
  return (processes[kind] as RateProcess).value;
}
