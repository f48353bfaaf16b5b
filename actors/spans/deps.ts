import { SpanThread } from '../../lib/metrics/spans/thread.ts';
import {
  type ServedExchange,
  SPAN_LIMITS,
  type SpanSettings,
  tracesUrl,
} from '../../lib/metrics/spans/protocol.ts';
import type { TrafficObservation } from '../../lib/model/exchange.ts';
import type { Services } from '../app/services.ts';
import type { SpansDeps } from './span-actor.ts';

/** What the spans actor works with; null where `otlp.endpoint` is not set. */
export function spansDeps(services: Services): SpansDeps | null {
  const { settings, spans, proxy, endpoints, viliVersion, journal } = services;
  if (spans === null) return null;
  const { identifier, mask } = settings;
  const url = tracesUrl(settings.otlp.endpoint);
  const own: SpanSettings = { url, identifier, viliVersion, mask, limits: SPAN_LIMITS };
  const served = (seen: TrafficObservation): readonly ServedExchange[] => {
    const { span, endpointMethod: method, path, operation } = seen;
    if (span === undefined) return [];
    const { atMs, ms, status, failure, instance } = seen;
    const endpoint = endpoints.endpointOf(method, path, operation);
    return [{ span, method, path, endpoint, atMs, ms, status, failure, instance }];
  };
  return {
    // Not by way of the actor: what is sampled may be much, and would fill its mailbox and the trace.
    open: (hooks, signal) => {
      const thread = new SpanThread(own, spans.counts, hooks);
      const ends = [
        proxy.onTraffic((batch) => thread.add(batch.flatMap(served), [])),
        spans.listen((copies) => thread.add([], copies)),
      ];
      signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
      return thread;
    },
    dropped: () => Object.values(spans.counts.view().dropped).reduce((sum, one) => sum + one, 0),
    url,
    journal,
  };
}
