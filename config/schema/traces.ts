import { share, webAddress } from '../formats.ts';
import { setting, withoutDefault } from './setting.ts';

/** Spans for a collector of traces. */
export const traces = {
  otlp: {
    endpoint: withoutDefault(
      webAddress,
      '',
      'The collector that gets spans of requests and copies by OTLP over HTTP, without its `/v1/traces` ' +
        '(`docs/operations.md`, Traces). It needs two packages that do not come with Vili.',
    ),
    sample: setting(
      share,
      '1%',
      'The share of the requests without a `traceparent` that get spans; those that have one get them where its caller records ' +
        'the trace. Raising it takes processor time of a thread that yields to users.',
    ),
  },
};
