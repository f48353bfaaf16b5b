import type { MetricFacts } from './facts.ts';
import type { DurationsView } from './record/durations.ts';

export type Labels = Readonly<Record<string, string>>;
export type Value<V = number> = readonly [labels: Labels, value: V];

interface Declaration<V> {
  readonly name: `vili_${string}`;
  /** One sentence without its full stop: for `# HELP`, and for `docs/metrics.md`. */
  readonly help: string;
  /** What each label says. */
  readonly labels?: Readonly<Record<string, string>>;
  /** The series of one scrape; no labels occur twice. */
  readonly read: (facts: MetricFacts) => readonly Value<V>[];
}

export interface NumberMetric extends Declaration<number> {
  /** A `counter` never falls, but for a new start of what it counts. */
  readonly type: 'counter' | 'gauge';
}

export interface HistogramMetric extends Declaration<DurationsView> {
  readonly type: 'histogram';
}

/** One metric: the page, the dashboard's spec and what Prometheus gets follow from these. */
export type Metric = NumberMetric | HistogramMetric;

/** A series without labels; null: not known now, and left out. */
export function single(value: number | null): readonly Value[] {
  return value === null ? [] : [[{}, value]];
}

/** A series for each name of a table. */
export function byName(
  label: string,
  counts: Readonly<Record<string, number | undefined>>,
): Value[] {
  return Object.entries(counts).map(([name, count]) => [{ [label]: name }, count ?? 0]);
}

/** A series for each state there is: 1 for the present one, 0 for all others. */
export function stateSet(label: string, states: readonly string[], now: string | null): Value[] {
  return states.map((state) => [{ [label]: state }, state === now ? 1 : 0]);
}
