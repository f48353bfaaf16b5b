import { byName, type Metric, single } from '../metric.ts';

/** What goes to a collector of traces; without `otlp.endpoint` none of them is there. */
export const SPANS: readonly Metric[] = [
  {
    name: 'vili_spans_exported_total',
    type: 'counter',
    help: 'Spans that the collector of otlp.endpoint took',
    read: ({ spans }) => single(spans && spans.exported),
  },
  {
    name: 'vili_spans_dropped_total',
    type: 'counter',
    help: 'Spans that did not reach the collector of otlp.endpoint',
    labels: {
      reason:
        '`queue-full`: it takes them too slowly; `not-taken`: it was away, refused them or took too long; `lost`: what held them ended',
    },
    read: ({ spans }) => (spans === null ? [] : byName('reason', spans.dropped)),
  },
];
