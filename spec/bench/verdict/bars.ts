import { type Cell, median, type Summary } from './characteristics.ts';

/** A measured value and its upper limit; null: it is only reported. */
export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly max: number | null;
}

/** The bars of the rule as shipped over all scenarios of the main table. */
export function characteristicBars(cells: readonly Cell[], summary: Summary): readonly Bar[] {
  const { promoteBad, worstPromoteBad, rejectGood, worstRejectGood } = summary;
  const worstBad = (worstPromoteBad?.promoted ?? 0) / (worstPromoteBad?.runs ?? 1);
  const worstGood = (worstRejectGood?.rejected ?? 0) / (worstRejectGood?.runs ?? 1);
  const medianOf = (scenario: string, when: 'promotedAt' | 'rejectedAt'): number => {
    const cell = cells.find((one) => one.scenario === scenario);
    return median(cell?.[when] ?? []) ?? Number.POSITIVE_INFINITY;
  };
  return [
    share('mean P(promote bad)', promoteBad, 0.7),
    share('worst P(promote bad)', worstBad, 8),
    share('mean P(reject good)', rejectGood, 0.1),
    share('worst P(reject good)', worstGood, 0.5),
    pairs('dead version rejected', medianOf('refuses connections', 'rejectedAt'), 8),
    pairs('same, no failures, promoted', medianOf('same, no failures', 'promotedAt'), 950),
    pairs('same, 0.1 % failures, promoted', medianOf('same, 0.1 % failures', 'promotedAt'), 1400),
  ];
}

/** One line per bar. */
export function barLines(bars: readonly Bar[]): readonly string[] {
  const width = Math.max(...bars.map(({ name }) => name.length)) + 2;
  return bars.map(({ name, value, unit, max }) => {
    const text = `${name.padEnd(width)}${numberOf(value)} ${unit}`.trimEnd();
    if (max === null) return text;
    return `${text}, at most ${numberOf(max)}: ${value <= max ? 'kept' : 'BROKEN'}`;
  });
}

// Private

function share(name: string, value: number, max: number): Bar {
  return { name, value: 100 * value, unit: '%', max };
}

function pairs(name: string, value: number, max: number): Bar {
  return { name, value, unit: 'pairs (median)', max };
}

function numberOf(value: number): string {
  return Number.isInteger(value) || value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
