import type { EndpointReport } from '../../verdict/report.ts';
import type { MetricFacts } from '../facts.ts';
import type { Metric, Value } from '../metric.ts';

/** Endpoints that have series of their own, whatever their number: the most suspicious. */
export const WORST_ENDPOINTS = 20;
/** Of the name of an endpoint: a path can have any length. */
const LONGEST_NAME = 120;

const ENDPOINT = `method and path template, of the ${WORST_ENDPOINTS} that are worst`;

/** Where the version under test, or on probation, differs. */
export const FINDINGS: readonly Metric[] = [
  {
    name: 'vili_findings',
    type: 'gauge',
    help: 'How often something was found there in which both versions differ',
    labels: {
      endpoint: ENDPOINT,
      kind: '`failure`: testing did worse; `slow`; or the kind of a difference: `status`, `header`, `missing`, `extra`, `type`, `value`, `body`',
      counts: '`yes`: against testing; `no`: it is only reported',
    },
    read: (facts) => worst(facts).flatMap(findingsOf),
  },
  of('vili_endpoint_pairs', 'Compared requests of an endpoint', ({ pairs }) => pairs),
  of('vili_endpoint_worse_pairs', 'Those in which testing did worse', ({ worse }) => worse),
  of(
    'vili_endpoint_slower_pairs',
    'Those in which testing was clearly slower',
    ({ slower }) => slower,
  ),
  of('vili_endpoint_blocking', '1 where the endpoint holds the promotion back', ({ held }) =>
    held ? 1 : 0,
  ),
];

// Private

function of(
  name: Metric['name'],
  help: string,
  read: (endpoint: EndpointReport) => number,
): Metric {
  return {
    name,
    type: 'gauge',
    help,
    labels: { endpoint: ENDPOINT },
    read: (facts) => worst(facts).map((one) => [{ endpoint: one.endpoint }, read(one)]),
  };
}

/** Of names that are the same once cut, the first one stands: no series may occur twice. */
function worst({ evaluation }: MetricFacts): readonly EndpointReport[] {
  const found = new Map<string, EndpointReport>();
  for (const one of evaluation?.endpoints.slice(0, WORST_ENDPOINTS) ?? []) {
    const endpoint = one.endpoint.slice(0, LONGEST_NAME);
    if (!found.has(endpoint)) found.set(endpoint, { ...one, endpoint });
  }
  return [...found.values()];
}

function findingsOf({
  endpoint,
  failures,
  differences,
  alsoSeen,
  slower,
}: EndpointReport): Value[] {
  const counts = new Map<string, number>();
  const add = (kind: string, count: number, isCounting: boolean): void => {
    const key = `${isCounting ? 'yes' : 'no'} ${kind}`;
    counts.set(key, (counts.get(key) ?? 0) + count);
  };
  for (const { count } of failures) add('failure', count, true);
  if (slower > 0) add('slow', slower, true);
  for (const { kind, count } of differences) add(kind, count, true);
  for (const { kind, count } of alsoSeen) add(kind, count, false);
  return [...counts].map(([key, count]) => {
    const [isCounting = '', kind = ''] = key.split(' ');
    return [{ endpoint, kind, counts: isCounting }, count];
  });
}
