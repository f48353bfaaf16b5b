import type { LoadResult } from '../kit/load-protocol.ts';

/** What users saw of the switches. */
export interface Switches {
  /** How many versions responded after the first. */
  readonly seen: number;
  /** Requests served by a version although a newer one had responded before they were begun. */
  readonly stale: number;
  /** Responses of versions that were never promoted. */
  readonly misrouted: number;
  /** Requests under way when the first response of a new version came, over all switches. */
  readonly crossed: number;
}

/**
 * Judges promotions from outside only: once any user has a response of a new version, the switch is
 * done, so a request begun after that moment must not reach an older one. `order`: the versions in the
 * order of their promotions.
 */
export function auditSwitches(result: LoadResult, order: readonly string[]): Switches {
  const ranks = result.versions.map((version) => order.indexOf(version));
  const rankAt = (at: number): number => ranks[result.version[at] ?? 0] ?? -1;
  const firstMs = order.map(() => Number.POSITIVE_INFINITY);
  for (const [at, headMs] of result.headMs.entries()) {
    const rank = rankAt(at);
    if (rank >= 0 && headMs < (firstMs[rank] ?? 0)) firstMs[rank] = headMs;
  }
  // A version of that rank is too old as soon as any newer one has responded.
  const overMs = firstMs.map((_, rank) => Math.min(...firstMs.slice(rank + 1)));
  let stale = 0;
  let crossed = 0;
  let misrouted = 0;
  for (const [at, begunMs] of result.begunMs.entries()) {
    const rank = rankAt(at);
    if (rank < 0) {
      misrouted += Number(!Number.isNaN(result.headMs[at]));
      continue;
    }
    const over = overMs[rank] ?? Number.POSITIVE_INFINITY;
    stale += Number(begunMs > over);
    crossed += Number(begunMs <= over && (result.doneMs[at] ?? 0) > over);
  }
  return { seen: firstMs.slice(1).filter(Number.isFinite).length, stale, crossed, misrouted };
}
