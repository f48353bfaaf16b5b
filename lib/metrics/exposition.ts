import { type Gauge, Registry } from 'prom-client';
import type { MetricFacts } from './facts.ts';
import { METRICS } from './list.ts';
import type { Labels, Metric, Value } from './metric.ts';
import { DURATION_LIMITS, type DurationsView } from './record/durations.ts';

/** Prometheus' text format. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/**
 * What Prometheus gets. Each scrape has a registry of its own: a version or an endpoint that is gone leaves no series
 * behind. A metric of which nothing is known now is left out.
 */
export async function expose(facts: MetricFacts): Promise<string> {
  const registry = new Registry();
  for (const metric of METRICS) {
    const lines = linesOf(metric, facts);
    if (lines.length > 0) registry.registerMetric(counted(metric, lines));
  }
  return registry.metrics();
}

// Private

/** One line as prom-client writes it. */
interface Line {
  readonly labels: Labels;
  readonly value: number;
  /** Where it is not that of the metric. */
  readonly metricName?: string;
}

/**
 * What the registry asks of a metric, for numbers that were counted elsewhere: to observe each request once more in an
 * object of prom-client would cost users' thread time.
 */
function counted({ name, help, type }: Metric, values: readonly Line[]): Gauge {
  const get = () => Promise.resolve({ name, help, type, values, aggregator: 'sum' });
  return { name, get } as unknown as Gauge;
}

function linesOf(metric: Metric, facts: MetricFacts): readonly Line[] {
  if (metric.type !== 'histogram') {
    return metric.read(facts).map(([labels, value]) => ({ labels, value }));
  }
  return metric.read(facts).flatMap((value) => histogramLines(metric.name, value));
}

function histogramLines(name: string, [labels, view]: Value<DurationsView>): readonly Line[] {
  const { cumulative, count, sumSeconds } = view;
  const bucket = (le: string, value: number): Line => {
    return { labels: { ...labels, le }, value, metricName: `${name}_bucket` };
  };
  return [
    ...DURATION_LIMITS.map((limit, index) => bucket(String(limit), cumulative[index] ?? 0)),
    bucket('+Inf', count),
    { labels, value: sumSeconds, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}
