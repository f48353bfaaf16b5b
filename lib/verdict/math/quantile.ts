const SHARE = 0.95;
const SMALLEST_STEP = 0.02;
/** The first estimate is placed above the first response, on the logarithmic scale. */
const HEAD_START = 0.5;

/** Responses before an estimate is used. */
export const QUANTILE_WARM = 30;

/** Durations are learned on a logarithmic scale. */
export function logOf(ms: number): number {
  return Math.log(ms + 1);
}

export function msOf(log: number): number {
  return Math.exp(log) - 1;
}

/**
 * One step of stochastic approximation (Robbins and Monro) to the 95th percentile; `count` includes
 * the value. Two numbers of state, and it follows a slow change.
 */
export function stepQuantile(estimate: number, value: number, count: number): number {
  if (count === 1) return value + HEAD_START;
  const step = Math.max(SMALLEST_STEP, 1 / count);
  return value > estimate ? estimate + SHARE * step : estimate - (1 - SHARE) * step;
}
