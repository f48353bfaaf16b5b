import { MEASURED_ROLES } from '../facts.ts';
import { byName, type Metric, type Value } from '../metric.ts';

const ROLE =
  '`running`: responses to users, probes left out; `testing`: to copies; `previous`: to copies, on probation';

/** What the versions respond, by role. */
export const ROLES: readonly Metric[] = [
  {
    name: 'vili_role_responses_total',
    type: 'counter',
    help: 'Responses of the versions themselves',
    labels: { role: ROLE, class: '`1xx` to `5xx`; `none`: it did not respond' },
    read: ({ recorded }) =>
      MEASURED_ROLES.flatMap((role) =>
        byName('class', recorded.roles[role].responses).map(
          ([labels, value]): Value => [{ role, ...labels }, value],
        ),
      ),
  },
  {
    name: 'vili_request_duration_seconds',
    type: 'histogram',
    help: 'From sending a request to a version to the last byte of its response',
    labels: { role: ROLE },
    read: ({ recorded }) =>
      MEASURED_ROLES.map((role) => [{ role }, recorded.roles[role].durations]),
  },
];
