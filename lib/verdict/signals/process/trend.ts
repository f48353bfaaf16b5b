const MINUTE_MS = 60_000;
/** Two in each third: fewer say nothing about a trend. */
const LEAST_POINTS = 6;
/** The growth from the second third to the last, in terms of that from the first to the second. */
const STEADY_SHARE = 0.5;
const LEVEL_SHARE = 0.35;

export interface Point {
  readonly atMs: number;
  readonly value: number;
}

/** How a curve goes up, from its three thirds. */
export interface Trend {
  /** From the middle of the first third to the middle of the last. */
  readonly growth: number;
  readonly perMinute: number;
  /** Most of the last third is above most of the first, and the growth does not slow down. */
  readonly isSteady: boolean;
  /** It goes up no longer, or much less than before. */
  readonly hasLevelled: boolean;
}

/**
 * The trend of a growing window by the medians of its thirds: a few outliers do not move it, and a saw tooth whose
 * period fits into a third has none. Null for too few points.
 */
export function trendOf(points: readonly Point[]): Trend | null {
  if (points.length < LEAST_POINTS) return null;
  const cut = Math.floor(points.length / 3);
  const first = points.slice(0, cut);
  const middle = points.slice(cut, points.length - cut);
  const last = points.slice(-cut);
  const [low, half, high] = [first, middle, last].map(levelOf) as [number, number, number];
  const [early, late] = [half - low, high - half];
  const growth = high - low;
  const spanMs = meanTime(last) - meanTime(first);
  const isAbove = quartile(last, 0.25) > quartile(first, 0.75);
  return {
    growth,
    perMinute: spanMs > 0 ? (growth * MINUTE_MS) / spanMs : 0,
    isSteady: isAbove && late > 0 && late >= STEADY_SHARE * early,
    hasLevelled: growth <= 0 || late <= LEVEL_SHARE * early,
  };
}

export function medianOf(values: readonly number[]): number {
  return quantile(values.toSorted(ascending), 0.5);
}

// Private

function levelOf(points: readonly Point[]): number {
  return medianOf(points.map(({ value }) => value));
}

function quartile(points: readonly Point[], share: number): number {
  return quantile(points.map(({ value }) => value).toSorted(ascending), share);
}

function meanTime(points: readonly Point[]): number {
  return points.reduce((sum, { atMs }) => sum + atMs, 0) / Math.max(1, points.length);
}

/** Between two values where the share falls between them. */
function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)] ?? 0;
  const above = sorted[Math.ceil(place)] ?? below;
  return below + (above - below) * (place - Math.floor(place));
}

function ascending(left: number, right: number): number {
  return left - right;
}
