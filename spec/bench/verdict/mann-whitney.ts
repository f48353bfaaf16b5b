/** The 98 % interval of NetflixACAJudge. */
const QUANTILE_98 = 2.326347874;
const TOLERANCE = 0.25;
const STEPS = 40;

/**
 * Whether Kayenta calls the experiment "High": the interval of the shift by Mann and Whitney's test
 * lies above a quarter of the estimated shift, and the mean is not lower.
 */
export function kayentaHigh(experiment: readonly number[], control: readonly number[]): boolean {
  if (sameValues(experiment, control)) return false;
  const low = Math.min(...experiment) - Math.max(...control);
  const high = Math.max(...experiment) - Math.min(...control);
  const statistic = (shift: number): number => shifted(experiment, control, shift);
  const estimate = root(statistic, 0, low, high);
  const bound = root(statistic, QUANTILE_98, low, high);
  if (Number.isNaN(bound) || Number.isNaN(estimate)) return false;
  const before = mean(control);
  const after = mean(experiment);
  const higher = before === 0 || after === 0 || after >= before;
  const noise = 1e-6 * (high - low);
  return bound > noise && bound > TOLERANCE * Math.abs(estimate) && higher;
}

// Private

/** The normal statistic of the rank sum after shifting the experiment; NaN when all are tied. */
function shifted(experiment: readonly number[], control: readonly number[], shift: number): number {
  const all = [
    ...experiment.map((value) => ({ value: value - shift, mine: true })),
    ...control.map((value) => ({ value, mine: false })),
  ].sort((left, right) => left.value - right.value);
  const sizes = experiment.length * control.length;
  let ranks = 0;
  let ties = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to++;
    const rank = (from + 1 + to) / 2;
    for (let index = from; index < to; index++) if (all[index]?.mine === true) ranks += rank;
    ties += (to - from) ** 3 - (to - from);
    from = to;
  }
  const excess = ranks - (experiment.length * (experiment.length + 1)) / 2 - sizes / 2;
  const total = all.length;
  const spread = Math.sqrt((sizes / 12) * (total + 1 - ties / (total * (total - 1))));
  return spread === 0 ? Number.NaN : (excess - 0.5 * Math.sign(excess)) / spread;
}

function root(
  statistic: (shift: number) => number,
  target: number,
  from: number,
  to: number,
): number {
  const below = statistic(from);
  const above = statistic(to);
  if (Number.isNaN(below) || Number.isNaN(above)) return Number.NaN;
  if (below <= target) return from;
  if (above >= target) return to;
  let low = from;
  let high = to;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (statistic(middle) > target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function sameValues(left: readonly number[], right: readonly number[]): boolean {
  const a = [...left].sort((x, y) => x - y);
  const b = [...right].sort((x, y) => x - y);
  return a.every((value, index) => value === b[index]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
