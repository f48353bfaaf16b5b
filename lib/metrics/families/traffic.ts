import { byName, type Metric, single, type Value } from '../metric.ts';

/** Users' requests and what became of their copies. */
export const TRAFFIC: readonly Metric[] = [
  {
    name: 'vili_requests_received_total',
    type: 'counter',
    help: 'Requests of users; at rest the sum of vili_copies_total',
    read: ({ status }) => single(status.traffic.received),
  },
  {
    name: 'vili_copies_total',
    type: 'counter',
    help: 'What became of the copies of requests',
    labels: {
      fate: '`mirrored`: compared; `skipped`: never meant for testing; `dropped`: lost on the way; `failed`: testing did not respond',
      reason: 'why; empty for `mirrored`',
    },
    read: ({ status: { traffic } }) => [
      [{ fate: 'mirrored', reason: '' }, traffic.mirrored],
      ...(['skipped', 'dropped', 'failed'] as const).flatMap((fate) =>
        byName('reason', traffic[fate]).map(
          ([labels, value]): Value => [{ fate, ...labels }, value],
        ),
      ),
    ],
  },
  {
    name: 'vili_copies_in_flight',
    type: 'gauge',
    help: 'Copies that have no outcome yet',
    read: ({ status }) => single(status.traffic.inFlight),
  },
  {
    name: 'vili_responses_total',
    type: 'counter',
    help: "Responses to users, running's and the proxy's own",
    labels: { class: '`1xx` to `5xx`' },
    read: ({ proxy }) => byName('class', proxy.responses),
  },
  {
    name: 'vili_user_failures_total',
    type: 'counter',
    help: 'What users got in place of a response of running',
    labels: { outcome: '`502`, `503`, `504`, or `broken`: the beginning of a response' },
    read: ({ status }) => byName('outcome', status.users.failed),
  },
  {
    name: 'vili_proxy_errors_total',
    type: 'counter',
    help: "What went wrong on running's side, on the client's, or at a limit of the proxy",
    labels: { kind: 'such as `refused`, `timeout`, `client-aborted`, `hold-full`' },
    read: ({ proxy }) => byName('kind', proxy.errors),
  },
  {
    name: 'vili_requests_in_flight',
    type: 'gauge',
    help: 'Requests of users under way',
    read: ({ proxy }) => single(proxy.inFlightNow),
  },
  {
    name: 'vili_requests_held',
    type: 'gauge',
    help: 'Requests that wait for a running, for at most hold.max',
    read: ({ proxy }) => single(proxy.heldNow),
  },
  {
    name: 'vili_requests_retried_total',
    type: 'counter',
    help: 'Requests repeated on a new connection to running, since a reused one had died',
    read: ({ proxy }) => single(proxy.retried),
  },
  {
    name: 'vili_connections_rejected_total',
    type: 'counter',
    help: 'Connections of users closed at once because there were too many',
    read: ({ proxy }) => single(proxy.connectionsRejected),
  },
];
