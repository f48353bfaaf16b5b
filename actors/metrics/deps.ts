import { LoopDelayWatch } from '../../lib/runtime/measure/loop-delay.ts';
import type { Services } from '../app/services.ts';
import type { MetricsDeps } from './metrics-actor.ts';

export function metricsDeps({ proxy, feed, now }: Services): MetricsDeps {
  return {
    onTraffic: (listener) => proxy.onTraffic(listener),
    onHistory: (listener) => feed.listen(listener),
    watchLoop: () => new LoopDelayWatch(),
    now,
  };
}
