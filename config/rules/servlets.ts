import { isLoopback } from '../formats.ts';
import type { SchemaSettings } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';

/** Ports in use at once: running, previous, and two of testing while one replaces the other. */
const PORTS_WANTED = 4;
/** During a promotion two instances of running are up. */
const PORTS_NEEDED = 2;

/** The range has the ports that a test and a promotion need, without the users' port. */
export function portRules({ port, portRange }: SchemaSettings): Finding[] {
  const { from, to } = portRange;
  const ports = to - from + 1;
  return [
    ...problemIf(port >= from && port <= to, 'port_range', 'must not contain {port}'),
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
export function processRules({ readiness, restart, arrival }: SchemaSettings): Finding[] {
  return [
    ...problemIf(
      readiness.intervalMs * (readiness.successes - 1) > readiness.timeoutMs,
      'readiness.timeout',
      'is too short for {readiness.successes} responses at {readiness.interval}',
    ),
    ...problemIf(
      restart.backoffMinMs > restart.backoffMaxMs,
      'restart.backoff_max',
      'must not be shorter than {restart.backoff_min}',
    ),
    ...problemIf(
      restart.resetAfterMs < restart.backoffMaxMs,
      'restart.reset_after',
      'must not be shorter than {restart.backoff_max}: the wait would never grow to it',
    ),
    ...warningIf(
      arrival.pollMs > arrival.stableMs,
      'arrival.poll',
      'is longer than {arrival.stable}: a file is recognised as complete only after that',
    ),
  ];
}

/** TLS to servlets that checks nothing where others could listen, or that is only half set. */
export function servletTlsRules({ scheme, endpoint, servlet }: SchemaSettings): Finding[] {
  const { ca, insecure } = servlet;
  const isSecure = scheme === 'https';
  const none = 'has no effect without scheme=https';
  return [
    ...problemIf(
      isSecure && insecure && !isLoopback(endpoint),
      'servlet.insecure',
      'is for a loopback address only, and {endpoint} is none: name the authority in servlet.ca',
    ),
    ...problemIf(insecure && ca !== '', 'servlet.insecure', 'contradicts {servlet.ca}'),
    ...warningIf(
      isSecure && insecure && ca === '',
      'servlet.insecure',
      'leaves the certificate of the service unchecked: whoever listens on its port is believed',
    ),
    ...warningIf(!isSecure && ca !== '', 'servlet.ca', none),
    ...warningIf(!isSecure && insecure, 'servlet.insecure', none),
  ];
}
