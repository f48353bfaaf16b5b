import { writeFileAtomic } from '../../lib/base/state/atomic-file.ts';
import { readRegular } from '../../lib/base/state/regular-file.ts';
import { SERIES_FILE_MAX_BYTES } from '../../lib/metrics/series/file.ts';
import { LoopDelayWatch } from '../../lib/runtime/measure/loop-delay.ts';
import { ownUsage } from '../../lib/runtime/measure/process-usage.ts';
import type { Services } from '../app/services.ts';
import { trafficOf } from '../app/status/status.ts';
import type { MetricsDeps } from './metrics-actor.ts';

export function metricsDeps(services: Services): MetricsDeps {
  const { proxy, mirror, feed, layout, writes, journal, now, wallNow } = services;
  return {
    onTraffic: (listener) => proxy.onTraffic(listener),
    onHistory: (listener) => feed.listen(listener),
    watchLoop: () => new LoopDelayWatch(),
    // Not by way of their actor: once a second it would fill the trace.
    count: async () => {
      const counts = { proxy: await proxy.counts(), mirror: mirror.counts() };
      return { proxy: counts.proxy, traffic: trafficOf(counts), own: ownUsage() };
    },
    load: () => readRegular(layout.seriesFile, SERIES_FILE_MAX_BYTES),
    save: (file) =>
      writes.guard('the series of the charts', () => writeFileAtomic(layout.seriesFile, file)),
    now,
    wallNow,
    journal,
  };
}
