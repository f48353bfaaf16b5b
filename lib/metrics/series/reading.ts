import type { OwnUsage, ProxyFacts, TrafficFacts } from '../facts.ts';
import type { GaugeName, RateName } from './columns.ts';
import type { TakenView } from './taken.ts';

/** What there is to know at one moment. */
export interface Reading {
  /** Sums since some time in the past. */
  readonly sums: Readonly<Record<RateName, number>>;
  /** Null: not known. */
  readonly gauges: Readonly<Record<GaugeName, number | null>>;
}

/** What the proxy, the mirror and the daemon report. */
export interface Counted {
  readonly proxy: ProxyFacts;
  readonly traffic: TrafficFacts;
  readonly own: OwnUsage;
}

export function readingOf({ proxy, traffic, own }: Counted, taken: TakenView): Reading {
  const { running, testing } = taken;
  return {
    sums: {
      requests_1xx: proxy.responses['1xx'] ?? 0,
      requests_2xx: proxy.responses['2xx'] ?? 0,
      requests_3xx: proxy.responses['3xx'] ?? 0,
      requests_4xx: proxy.responses['4xx'] ?? 0,
      requests_5xx: proxy.responses['5xx'] ?? 0,
      copies_mirrored: traffic.mirrored,
      copies_skipped: totalOf(traffic.skipped),
      copies_dropped: totalOf(traffic.dropped),
      copies_failed: totalOf(traffic.failed),
      vili_cpu: own.cpuSeconds,
    },
    gauges: {
      held: proxy.heldNow,
      in_flight: proxy.inFlightNow,
      running_memory_bytes: running.memoryBytes,
      running_cpu: running.cpu,
      testing_memory_bytes: testing.memoryBytes,
      testing_cpu: testing.cpu,
      vili_memory_bytes: own.memoryBytes,
    },
  };
}

// Private

function totalOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
