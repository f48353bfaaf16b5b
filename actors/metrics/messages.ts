import type { Address } from '../../lib/actor/index.ts';
import type { RecordedFacts } from '../../lib/metrics/facts.ts';
import type { Counted } from '../../lib/metrics/series/reading.ts';
import type { SeriesView, WindowName } from '../../lib/metrics/series/series.ts';
import type { OutcomeBatch } from '../../lib/mirror/events.ts';
import type { TrafficObservation } from '../../lib/model/exchange.ts';
import type { HistoryEvent } from '../../lib/model/history.ts';
import type { ProcessSample } from '../../lib/model/servlet-facts.ts';

export type MetricsMessage =
  /** Running responded to users. */
  | { readonly type: 'observed'; readonly batch: readonly TrafficObservation[] }
  /** The mirror compared responses. */
  | { readonly type: 'outcomes'; readonly batch: OutcomeBatch }
  /** What the versions' processes take. */
  | { readonly type: 'sampled'; readonly sample: ProcessSample }
  /** The history has a new entry. */
  | { readonly type: 'happened'; readonly event: HistoryEvent }
  | { readonly type: 'tick' }
  /** What the proxy and the mirror have counted; null: it could not be asked. */
  | { readonly type: 'counted'; readonly counts: Counted | null }
  /** The series were written to their file, or not: they are again later. */
  | { readonly type: 'saved' }
  | { readonly type: 'describe'; readonly reply: Address<RecordedFacts> }
  | {
      readonly type: 'series';
      readonly window: WindowName;
      /** Wall clock, ms. */
      readonly sinceMs: number;
      readonly reply: Address<SeriesView>;
    };
