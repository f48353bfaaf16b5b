import { differenceKey } from './noise/noise.ts';
import type { Difference, DifferenceKind } from './outcome.ts';
import type { Comparison } from './pair.ts';

export type Remaining = Pick<Comparison, 'differences' | 'differs'>;

/** What is left of a comparison without what the other one found as well. */
export function without(
  found: Comparison,
  other: Comparison,
  blocks: (kind: DifferenceKind) => boolean,
): Remaining {
  if (found.differences.length === 0 || other.differences.length === 0) return found;
  const keys = new Set(other.differences.map(keyOf));
  const differences = found.differences.filter((difference) => !keys.has(keyOf(difference)));
  const differs = found.differs && differences.some(({ kind }) => blocks(kind));
  return { differences, differs };
}

export function keyOf({ kind, path }: Difference): string {
  return differenceKey(kind, path);
}
