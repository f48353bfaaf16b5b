import { splitAddress } from './formats.ts';
import type { Values } from './schema.ts';

/** Ports in use at once: running, previous, and two of testing while one replaces the other. */
const PORTS_WANTED = 4;
/** During a promotion two instances of running are up. */
const PORTS_NEEDED = 2;
const MIN_HEADER_LINE_BYTES = 'a:\r\n'.length;
const FEW_REQUESTS = 20;
const MIN_TOKEN_CHARACTERS = 16;
/** Headers that the hop itself needs; a mark in one of them would break every copy. */
const OWN_HEADERS = [
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'keep-alive',
  'expect',
  'authorization',
  'cookie',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
];

/** Headers that say where a message ends, or belong to one connection. */
const FRAMING_HEADERS = [
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'te',
  'trailer',
  'keep-alive',
  'expect',
];

/** A rule between settings that is broken, told at the key that is easiest to change. */
export interface Finding {
  readonly key: string;
  /** Goes on after the value of `key`; `{other.key}` stands for another setting and its value. */
  readonly text: string;
  /** A problem prevents the start; a warning does not, and is only told when `key` was set. */
  readonly severity: 'problem' | 'warning';
}

/** Everything that is wrong between settings that are each right. */
export function checkRules(values: Values): readonly Finding[] {
  return [
    ...portRules(values),
    ...processRules(values),
    ...gateRules(values),
    ...gateProcessRules(values),
    ...testingRules(values),
    ...verdictRules(values),
    ...adminRules(values),
    ...legacyRules(values),
    ...withoutEffect(values),
  ];
}

// Private

function portRules(values: Values): Finding[] {
  const [from, to] = values.port_range;
  const ports = to - from + 1;
  const listen = values.admin.listen === null ? null : splitAddress(values.admin.listen);
  const isTaken = (port: number) => port >= from && port <= to;
  return [
    ...problemIf(isTaken(values.port), 'port_range', 'must not contain {port}'),
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
    ...problemIf(
      listen?.port === values.port,
      'admin.listen',
      'must not have the port of users, {port}',
    ),
    ...warningIf(
      listen !== null && isTaken(listen.port),
      'admin.listen',
      'takes a port of {port_range}; servlets have one less',
    ),
  ];
}

function processRules(values: Values): Finding[] {
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

function gateRules({ header, hold, request, tls }: Values): Finding[] {
  return [
    ...problemIf(tls.cert !== '' && tls.key === '', 'tls.cert', 'needs tls.key'),
    ...problemIf(tls.key !== '' && tls.cert === '', 'tls.key', 'needs tls.cert'),
    ...warningIf(
      hold.max >= request.idle_timeout,
      'hold.max',
      'is not shorter than {request.idle_timeout}: clients may be cut off while they wait',
    ),
    ...warningIf(
      header.max_count * MIN_HEADER_LINE_BYTES > header.max_size,
      'header.max_count',
      'cannot be reached: so many lines do not fit into {header.max_size}',
    ),
    ...problemIf(
      hold.max > 0 && hold.max_requests > 0 && hold.max_size < header.max_size,
      'hold.max_size',
      'must not be smaller than {header.max_size}: no request could wait',
    ),
  ];
}

/** What is shared out among several processes must leave something for each. */
function gateProcessRules({ gate, header, hold, mirror, request, upstream }: Values): Finding[] {
  const { processes } = gate;
  if (processes === 1) return [];
  const least = 'must leave something for each of {gate.processes}';
  return [
    ...problemIf(request.max_connections < processes, 'request.max_connections', least),
    ...problemIf(upstream.max_connections < processes, 'upstream.max_connections', least),
    ...problemIf(
      hold.max_requests > 0 && hold.max_requests < processes,
      'hold.max_requests',
      least,
    ),
    ...problemIf(
      hold.max > 0 && hold.max_requests > 0 && hold.max_size < header.max_size * processes,
      'hold.max_size',
      'must leave {header.max_size} for each of {gate.processes}: no request could wait',
    ),
    ...problemIf(
      mirror.queue_size < mirror.max_body * processes,
      'mirror.queue_size',
      'must leave {mirror.max_body} for each of {gate.processes}: such a body could never be copied',
    ),
  ];
}

function testingRules({ mirror }: Values): Finding[] {
  return [
    ...problemIf(
      mirror.queue_size < mirror.max_body,
      'mirror.queue_size',
      'must not be smaller than {mirror.max_body}: such a body could never be copied',
    ),
    ...problemIf(
      OWN_HEADERS.includes(mirror.header.toLowerCase()),
      'mirror.header',
      'is a header that requests need themselves',
    ),
    ...problemIf(
      mirror.headers.some(({ name }) => FRAMING_HEADERS.includes(name.toLowerCase())),
      'mirror.headers',
      'changes a header that the connection needs itself',
    ),
    ...warningIf(
      mirror.sticky !== null && mirror.sample === 1,
      'mirror.sticky',
      'has no effect with {mirror.sample}',
    ),
    ...problemIf(
      mirror.methods.includes('CONNECT') || mirror.rules.some(isConnect),
      mirror.methods.includes('CONNECT') ? 'mirror.methods' : 'mirror.rules',
      'must not name CONNECT: a tunnel cannot be copied',
    ),
    ...warningIf(
      mirror.sample === 0 || (mirror.methods.length === 0 && !mirror.rules.some(({ on }) => on)),
      mirror.sample === 0 ? 'mirror.sample' : 'mirror.methods',
      'lets nothing be copied: there will never be a verdict',
    ),
  ];
}

function verdictRules({ verdict }: Values): Finding[] {
  return [
    ...problemIf(
      verdict.deadline <= verdict.min_time,
      'verdict.deadline',
      'must be longer than {verdict.min_time}: no version could be promoted',
    ),
    ...problemIf(
      verdict.deadline <= verdict.confirm_time,
      'verdict.deadline',
      'must be longer than {verdict.confirm_time}: no version could be rejected',
    ),
    ...problemIf(
      verdict.deadline <= verdict.warmup_time,
      'verdict.deadline',
      'must be longer than {verdict.warmup_time}: latency would never be judged',
    ),
    ...warningIf(
      verdict.min_requests < FEW_REQUESTS,
      'verdict.min_requests',
      `is less than ${FEW_REQUESTS}: so few requests hardly prove anything`,
    ),
  ];
}

function adminRules({ admin }: Values): Finding[] {
  const host = admin.listen === null ? '' : (splitAddress(admin.listen)?.host ?? '');
  const isLocal = /^(localhost|127\..*|::1)$/.test(host);
  return [
    ...problemIf(
      admin.token !== '' && admin.token.length < MIN_TOKEN_CHARACTERS,
      'admin.token',
      `is shorter than ${MIN_TOKEN_CHARACTERS} characters: it could be guessed`,
    ),
    ...warningIf(
      admin.token !== '' && admin.listen === null,
      'admin.token',
      'has no effect without admin.listen',
    ),
    ...warningIf(
      admin.listen !== null && !isLocal && admin.token === '',
      'admin.listen',
      'lets everybody who reaches it read the dashboard',
    ),
  ];
}

/** Keys that are known, so that old files stay valid, but that nothing obeys. */
function withoutEffect(values: Values): Finding[] {
  return [
    ...warningIf(
      values.scheme === 'https',
      'scheme',
      'has no effect: the service is spoken to in plain HTTP',
    ),
    ...warningIf(
      values.manualcontrol,
      'manualcontrol',
      'has no effect: use `vili promote` and `vili reject`',
    ),
  ];
}

function legacyRules(values: Values): Finding[] {
  const isLoggingOn = values.whydah_uri !== '';
  const missing = ['whydah_application_id', 'whydah_application_secret'].filter(
    (key) => values[key as 'whydah_application_id' | 'whydah_application_secret'] === '',
  );
  return [
    ...warningIf(
      values.slack_channel !== '' && values.entraos_api_uri === '',
      'slack_channel',
      'has no effect without entraos_api_uri',
    ),
    ...warningIf(
      isLoggingOn && missing.length > 0,
      'whydah_uri',
      `has no effect without ${missing.join(' and ')}`,
    ),
  ];
}

function isConnect({ method, on }: { method: string; on: boolean }): boolean {
  return on && method === 'CONNECT';
}

function problemIf(broken: boolean, key: string, text: string): Finding[] {
  return broken ? [{ key, text, severity: 'problem' }] : [];
}

function warningIf(broken: boolean, key: string, text: string): Finding[] {
  return broken ? [{ key, text, severity: 'warning' }] : [];
}
