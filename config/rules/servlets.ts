import type { Values } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';

/** Ports in use at once: running, previous, and two of testing while one replaces the other. */
const PORTS_WANTED = 4;
/** During a promotion two instances of running are up. */
const PORTS_NEEDED = 2;

/** The range holds what a test and a promotion need, and not the users' port. */
export function portRules(values: Values): Finding[] {
  const [from, to] = values.port_range;
  const ports = to - from + 1;
  return [
    ...problemIf(values.port >= from && values.port <= to, 'port_range', 'must not contain {port}'),
    ...problemIf(
      ports < PORTS_NEEDED,
      'port_range',
      `has ${ports} port; a promotion needs ${PORTS_NEEDED}`,
    ),
    ...warningIf(
      ports >= PORTS_NEEDED && ports < PORTS_WANTED,
      'port_range',
      `has ${ports} ports; a test during probation needs up to ${PORTS_WANTED}`,
    ),
  ];
}

/** Times of starting, restarting and arriving that contradict each other. */
export function processRules(values: Values): Finding[] {
  const { readiness, restart, arrival } = values;
  return [
    ...problemIf(
      readiness.interval * (readiness.successes - 1) > readiness.timeout,
      'readiness.timeout',
      'is too short for {readiness.successes} answers at {readiness.interval}',
    ),
    ...problemIf(
      restart.backoff_min > restart.backoff_max,
      'restart.backoff_max',
      'must not be shorter than {restart.backoff_min}',
    ),
    ...problemIf(
      restart.reset_after < restart.backoff_max,
      'restart.reset_after',
      'must not be shorter than {restart.backoff_max}: the wait would never grow to it',
    ),
    ...warningIf(
      arrival.poll > arrival.stable,
      'arrival.poll',
      'is longer than {arrival.stable}: a file is seen to be whole only after that',
    ),
  ];
}
