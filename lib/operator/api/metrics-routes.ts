import { CONTENT_TYPE } from '../../metrics/exposition.ts';
import { WINDOW_NAMES } from '../../metrics/series/series.ts';
import { moment, oneOf } from './parameters.ts';
import { json, plain } from './route.ts';

/** Numbers over time: for Prometheus, and for charts. */
export const METRICS_ROUTES = {
  metrics: plain({
    method: 'GET',
    path: '/metrics',
    isOpen: true,
    request: {},
    contentType: CONTENT_TYPE,
    doc: '[metrics](metrics.md) for Prometheus, in its text format',
    text: (handlers) => handlers.metrics(),
  }),
  series: json({
    method: 'GET',
    path: '/v1/series',
    isOpen: true,
    request: {
      window: oneOf('15 minutes second by second (default) or a day by minutes', WINDOW_NAMES),
      since: moment('only points from then on, ISO 8601'),
    },
    doc: '[`vili.series/1`](metrics.md#series): what charts show, without a database',
    respond: (handlers, { window = '15m', since }) =>
      handlers.series(window, since === undefined ? 0 : Date.parse(since)),
  }),
};
