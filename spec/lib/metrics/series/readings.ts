import type { Reading } from '../../../../lib/metrics/series/reading.ts';
import type { GaugeName, RateName } from '../../../../lib/metrics/series/columns.ts';
import { namesOf } from '../../../../lib/metrics/series/columns.ts';

/** A reading with these numbers; all others are 0. */
export function readingWith(
  sums: Partial<Record<RateName, number>> = {},
  gauges: Partial<Record<GaugeName, number | null>> = {},
): Reading {
  const zeros = <K extends string>(names: readonly K[]) =>
    Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
  return {
    sums: { ...zeros(namesOf('rate')), ...sums },
    gauges: { ...zeros(namesOf('last', 'most')), ...gauges },
  };
}
