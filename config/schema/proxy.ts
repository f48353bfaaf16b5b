import {
  addressBlock,
  cookieName,
  count,
  duration,
  flag,
  headerName,
  listOf,
  path,
  pathPattern,
  size,
  text,
} from '../formats.ts';
import { setting, withoutDefault } from './setting.ts';

/** Where the field probes and scrapes. `/status`, `/live` and `/info` are not here: many a service has such pages. */
const PROBED_PATHS = [
  '/health, */health, */healthz, /healthz/*, */livez, /livez/*, */readyz, /readyz/*, /startupz',
  '*/healthcheck, */health-check, */health_check, */health/live, */health/ready, */health/started',
  '*/health/liveness, */health/readiness, /_health, /__health, /-/health, /-/healthy, /-/ready, /-/liveness',
  '/-/readiness, /actuator/*, */actuator/prometheus, /management/health, /management/prometheus, /q/metrics',
  '/ping, /_ping, /-/ping, /up, /hc, /alive, /ready, /liveness, /readiness, /heartbeat, /__heartbeat__',
  '/__lbheartbeat__, /metrics, /-/metrics, /prometheus, /prometheus/metrics, /debug/vars, /debug/pprof/*',
  '/nginx_status, /server-status, /stub_status, /fpm-ping, /fpm-status',
].join(', ');

const PROBING_AGENTS = [
  'kube-probe/, ELB-HealthChecker/, GoogleHC/, GoogleStackdriverMonitoring, Amazon-Route53-Health-Check',
  'Load Balancer Agent, Edge Health Probe, HealthCheck/, ReadyForRequest/, AlwaysOn, Cloudflare-Healthchecks/',
  'Cloudflare-Traffic-Manager/, Consul Health Check, Envoy/HC, (healthcheck), Prometheus/, Blackbox Exporter/',
  'Blackbox-Exporter/, vm_promscrape, GrafanaAgent/, Telegraf/, Datadog Agent, DatadogSynthetics, check_http/',
  'UptimeRobot/, Uptime-Kuma/, Pingdom, StatusCake, Site24x7, Better Uptime Bot, updown.io, NewRelicPinger',
  'Zabbix, Monit/',
].join(', ');

/** The users' side: what a request may be, how long it may take, whose headers are trusted. */
export const proxy = {
  hold: {
    max: setting(
      duration,
      '5s',
      'How long a request waits while running restarts, then 503 with Retry-After, or while it refuses connections, ' +
        'then 502. Raising it turns short outages into slow responses and keeps more requests in memory.',
      { max: '5m' },
    ),
    max_requests: setting(
      count,
      '1000',
      'How many requests may wait at once; the next gets 503. Each costs a connection and memory.',
      { max: '1000000' },
    ),
    max_size: setting(
      size,
      '64MiB',
      'How many bytes of waiting requests are kept in memory; a request beyond gets 503.',
      { max: '16GiB' },
    ),
  },
  header: {
    max_size: setting(
      size,
      '64KiB',
      'The largest request head; a larger one gets 431. Each connection may cost that much memory.',
      { min: '1KiB', max: '1MiB' },
    ),
    max_count: setting(
      count,
      '500',
      'The most header lines of a request; more get 431. Each costs time on every hop.',
      { min: '10', max: '10000' },
    ),
  },
  request: {
    head_timeout: setting(
      duration,
      '60s',
      'How long a client may take to send the head of a request. Raising it lets slow or ' +
        'malicious clients occupy connections longer.',
      { min: '100ms', max: '1h' },
    ),
    idle_timeout: setting(
      duration,
      '300s',
      'How long a client may neither send nor read a byte in the middle of a request. Raising it ' +
        'lets clients that are gone occupy connections longer.',
      { min: '100ms', max: '24h' },
    ),
    keep_alive: setting(
      duration,
      '65s',
      'How long an idle client connection stays open; with 0 it ends after each response. It ' +
        'should exceed the idle timeout of the load balancer in front (often 60 s), or requests ' +
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
        'for the 502.',
      { min: '10ms', max: '5m' },
    ),
    head_timeout: setting(
      duration,
      '60s',
      'How long the service may take until its response begins, then 504. Raise it ' +
        'for slow reports; users of a hanging service then wait that much longer.',
      { min: '10ms', max: '24h' },
    ),
    idle_timeout: setting(
      duration,
      '300s',
      'How long the service may be silent in the middle of a response. Raise it ' +
        'for event streams; a service that hangs then occupies connections longer.',
      { min: '10ms', max: '24h' },
    ),
    max_connections: setting(
      count,
      '1024',
      'How many connections to running are open at once; further requests wait for one. Each costs ' +
        'a file descriptor on both sides. The last eighth is never given to a single client address.',
      { min: '1', max: '65000' },
    ),
  },
  gate: {
    processes: setting(
      count,
      '1',
      'How many processes serve users on `port`; with 1, Vili itself does. More of them use more CPUs: ' +
        'for a service whose traffic saturates one, on a host with at least four, for clients that keep ' +
        'their connections. Each costs about 80 MB of memory. Limits such as `hold.max_requests` hold ' +
        'for all of them together.',
      { min: '1', max: '64' },
    ),
  },
  tls: {
    cert: setting(
      path,
      '',
      'A PEM file with the certificate for users, then the certificate chain: `port` then serves ' +
        'HTTPS, HTTP/1.1 and HTTP/2. Read again when it changes.',
    ),
    key: setting(path, '', 'The PEM file with the key of `tls.cert`, without a passphrase.'),
    reload: setting(
      duration,
      '5s',
      'How often the two files are checked for changes. Open connections stay as they are.',
      { min: '100ms', max: '24h' },
    ),
  },
  preview: {
    token: withoutDefault(
      text,
      '',
      'The secret with which a person sees the version under test through `port`, at least 16 characters. Without it ' +
        'there are no previews. It is taken off before any version sees the request, right or wrong.',
      { sensitive: true },
    ),
    header: setting(
      headerName,
      'X-Vili-Preview',
      'The header in which the token is sent. It is removed from all requests while `preview.token` is set.',
    ),
    cookie: setting(
      cookieName,
      'none',
      'A cookie that may hold the token instead, for browsers. It is removed from all requests like the header.',
    ),
    unsafe: setting(
      flag,
      'false',
      'Whether previews may use methods other than GET, HEAD and OPTIONS, and upgrades such as WebSocket: what they ' +
        'change is changed by the version under test.',
    ),
    max_requests: setting(
      count,
      '8',
      'How many previews are under way at once; others get 429. Raising it takes time of the version under test ' +
        'that its evidence is measured by.',
      { min: '1', max: '1000' },
    ),
  },
  trust_proxy: setting(
    listOf(addressBlock),
    'loopback',
    'Addresses whose `X-Forwarded-*`, `Forwarded`, `X-Request-Id` and similar headers are trusted; from ' +
      'others they are removed (docs/proxying.md lists them). Name the load balancer here, never everybody.',
  ),
  error: {
    page: setting(
      path,
      '',
      'An HTML file that is sent with 502, 503 and 504 instead of one plain line; `{status}` and ' +
        '`{reason}` in it are filled in.',
    ),
  },
  health: {
    paths: setting(
      listOf(pathPattern),
      PROBED_PATHS,
      'Paths of probes and scrapes: forwarded to running, never copied, never evidence. ' +
        '`readiness.path` and `liveness.path` always are, unless they are `/`. A list replaces this one: ' +
        'where your users call one of these paths for what it does, leave it out.',
    ),
    agents: setting(
      listOf(text),
      PROBING_AGENTS,
      'Parts of the `User-Agent` of load balancers, orchestrators and monitors, whatever the case: their ' +
        'requests are treated like those to `health.paths`.',
    ),
  },
};
