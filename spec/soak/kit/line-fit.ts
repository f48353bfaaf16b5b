export interface FitPoint {
  readonly minute: number;
  readonly value: number;
}

export interface LineFit {
  /** At the first point. */
  readonly start: number;
  readonly perMinute: number;
  /** From the first point to the last. */
  readonly growth: number;
}

/** The straight line with the least squares. */
export function lineThrough(points: readonly FitPoint[]): LineFit {
  const count = points.length;
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return { start: 0, perMinute: 0, growth: 0 };
  const mean = (of: (point: FitPoint) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / count;
  const [minute, value] = [mean((it) => it.minute), mean((it) => it.value)];
  const along = mean((it) => (it.minute - minute) * (it.value - value));
  const spread = mean((it) => (it.minute - minute) ** 2);
  const perMinute = spread === 0 ? 0 : along / spread;
  return {
    start: value + perMinute * (first.minute - minute),
    perMinute,
    growth: perMinute * (last.minute - first.minute),
  };
}
