import { addressBlock, count, duration, listOf, path, pathPattern, size } from '../formats.ts';
import { setting } from './setting.ts';

/** The users' side: what a request may be, how long it may take, who is believed. */
export const proxy = {
  hold: {
    max: setting(
      duration,
      '5s',
      'How long a request waits while running restarts, then 503 with Retry-After. Raising it ' +
        'turns short outages into slow answers and keeps more requests in memory.',
      { max: '5m' },
    ),
    max_requests: setting(
      count,
      '1000',
      'How many requests may wait at once; one more gets 503. Each costs a connection and memory.',
      { max: '1000000' },
    ),
    max_size: setting(
      size,
      '64MiB',
      'How many bytes of waiting requests are kept in memory; one more gets 503.',
      { max: '16GiB' },
    ),
  },
  header: {
    max_size: setting(
      size,
      '64KiB',
      'The largest request head, else 431. Each connection may cost that much memory.',
      { min: '1KiB', max: '1MiB' },
    ),
    max_count: setting(
      count,
      '500',
      'The most header lines of a request, else 431. Each costs time on every hop.',
      { min: '10', max: '10000' },
    ),
  },
  request: {
    head_timeout: setting(
      duration,
      '60s',
      'How long a client may take to send the head of a request. Raising it lets slow or ' +
        'malicious clients hold connections longer.',
      { min: '100ms', max: '1h' },
    ),
    idle_timeout: setting(
      duration,
      '300s',
      'How long a client may neither send nor take a byte in the middle of a request. Raising it ' +
        'lets clients that have gone hold connections longer.',
      { min: '100ms', max: '24h' },
    ),
    keep_alive: setting(
      duration,
      '65s',
      'How long an idle connection of a client stays open; 0: it ends behind each answer. It ' +
        'should be longer than that of the load balancer in front (60 s is common), or requests ' +
        'get lost on connections just closed.',
      { max: '24h' },
    ),
    max_connections: setting(
      count,
      '10000',
      'How many client connections are open at once. Each costs a file descriptor and memory.',
      { min: '1', max: '1000000' },
    ),
  },
  upstream: {
    connect_timeout: setting(
      duration,
      '2s',
      'How long connecting to the service may take, then 502. Raising it makes users wait longer ' +
        'for that.',
      { min: '10ms', max: '5m' },
    ),
    head_timeout: setting(
      duration,
      '60s',
      'How long the service may take until its answer begins, then 504. Raise it ' +
        'for slow reports; users of a hanging service then wait that much longer.',
      { min: '10ms', max: '24h' },
    ),
    idle_timeout: setting(
      duration,
      '300s',
      'How long the service may be silent in the middle of an answer. Raise it ' +
        'for event streams; a service that hangs then holds connections longer.',
      { min: '10ms', max: '24h' },
    ),
    max_connections: setting(
      count,
      '1024',
      'How many connections to running are open at once; more requests wait for one. Each costs ' +
        'a file descriptor on both sides.',
      { min: '1', max: '65000' },
    ),
  },
  gate: {
    processes: setting(
      count,
      '1',
      'How many processes serve users on `port`. 1: Vili itself does. More use more processors, for ' +
        'services that bring one to its limit, on hosts with at least four, for clients that keep their ' +
        'connections; each costs about 80 MB of memory. Limits such as ' +
        '`hold.max_requests` hold for all of them together.',
      { min: '1', max: '64' },
    ),
  },
  tls: {
    cert: setting(
      path,
      '',
      'A PEM file with the certificate for users and those that vouch for it: users then speak ' +
        'HTTPS on `port`, HTTP/1.1 or HTTP/2. Read again when it changes.',
    ),
    key: setting(path, '', 'The PEM file with the key of `tls.cert`, without a passphrase.'),
    reload: setting(
      duration,
      '5s',
      'How often the two files are looked at. Connections that are open stay as they are.',
      { min: '100ms', max: '24h' },
    ),
  },
  trust_proxy: setting(
    listOf(addressBlock),
    'loopback',
    'Whose `X-Forwarded-*` and `Forwarded` headers are believed. Name the load balancer here, ' +
      'never everybody.',
  ),
  error: {
    page: setting(
      path,
      '',
      'A file of HTML that is shown with 502, 503 and 504 instead of one plain line; `{status}` and ' +
        '`{reason}` in it are filled in.',
    ),
  },
  health: {
    paths: setting(
      listOf(pathPattern),
      '/health, */health',
      'Probes: forwarded to running, never copied, never evidence.',
    ),
  },
};
