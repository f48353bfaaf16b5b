import { resolve } from 'node:path';
import type { Values } from './schema.ts';
import type { Settings } from './settings.ts';

type Operating =
  | 'log'
  | 'instances'
  | 'archive'
  | 'disk'
  | 'servletLog'
  | 'trace'
  | 'history'
  | 'admin';

/** The values of the schema as everybody else reads them. `base` must be absolute. */
export function settingsFrom(base: string, values: Values, openapi: Settings['openapi']): Settings {
  const { scheme, port_range, readiness, liveness, restart, request, upstream } = values;
  return {
    base,
    host: values.host,
    port: values.port,
    identifier: values.identifier,
    scheme,
    endpoint: values.endpoint,
    portRange: { from: port_range[0], to: port_range[1] },
    propertiesFileName: values.properties_file_name,
    portIdentifier: values.port_identifier,
    passEnvironment: values.pass_environment,
    launch: Object.fromEntries(values.launch.map((entry) => [entry.extension, entry.command])),
    readiness: {
      path: readiness.path,
      timeoutMs: readiness.timeout,
      intervalMs: readiness.interval,
      successes: readiness.successes,
    },
    liveness: {
      path: liveness.path,
      intervalMs: liveness.interval,
      timeoutMs: liveness.timeout,
      failures: liveness.failures,
    },
    stop: { timeoutMs: values.stop.timeout, signal: values.stop.signal },
    drain: { timeoutMs: values.drain.timeout },
    hold: {
      maxMs: values.hold.max,
      maxRequests: values.hold.max_requests,
      maxBytes: values.hold.max_size,
    },
    restart: {
      backoffMinMs: restart.backoff_min,
      backoffMaxMs: restart.backoff_max,
      resetAfterMs: restart.reset_after,
      testingMax: restart.testing_max,
    },
    testing: {
      nice: values.testing.nice,
      sparedProcessors: values.testing.spared_processors,
    },
    arrival: { stableMs: values.arrival.stable, pollMs: values.arrival.poll },
    ...testingSide(values),
    routes: [...values.routes, ...(openapi?.routes ?? [])],
    openapi,
    probationMs: values.probation,
    health: { paths: values.health.paths },
    header: { maxBytes: values.header.max_size, maxCount: values.header.max_count },
    request: {
      headTimeoutMs: request.head_timeout,
      idleTimeoutMs: request.idle_timeout,
      keepAliveMs: request.keep_alive,
      maxConnections: request.max_connections,
    },
    upstream: {
      connectTimeoutMs: upstream.connect_timeout,
      headTimeoutMs: upstream.head_timeout,
      idleTimeoutMs: upstream.idle_timeout,
      maxConnections: upstream.max_connections,
    },
    gate: { processes: values.gate.processes },
    tls: tlsOf(base, values),
    trustedProxies: values.trust_proxy,
    errorPage: pathFrom(base, values.error.page),
    ...operating(base, values),
    legacy: legacy(values),
  };
}

// Private

type TestingSide = 'mirror' | 'compare' | 'samples' | 'mask' | 'verdict';

function testingSide(values: Values): Pick<Settings, TestingSide> {
  const { mirror, compare, samples, mask, verdict } = values;
  return {
    mirror: {
      methods: mirror.methods,
      rules: mirror.rules,
      sample: mirror.sample,
      sticky: mirror.sticky,
      maxBodyBytes: mirror.max_body,
      concurrency: mirror.concurrency,
      busyLimit: mirror.busy_limit,
      queue: mirror.queue,
      queueBytes: mirror.queue_size,
      timeoutMs: mirror.timeout,
      header: mirror.header,
      headers: mirror.headers,
      rewrite: mirror.rewrite,
    },
    compare: {
      shape: compare.shape,
      values: compare.values,
      maxBodyBytes: compare.max_body,
      maxDepth: compare.max_depth,
      headers: compare.headers.map((name) => name.toLowerCase()),
      rules: compare.rules,
      controlShare: compare.control_share,
    },
    samples: {
      perEndpoint: samples.per_endpoint,
      maxBytes: samples.max_size,
      maxBodyBytes: samples.max_body,
    },
    mask: { headers: mask.headers.map((name) => name.toLowerCase()), paths: mask.paths },
    verdict: {
      mode: verdict.mode,
      minRequests: verdict.min_requests,
      minTimeMs: verdict.min_time,
      margin: verdict.margin,
      warmupRequests: verdict.warmup_requests,
      warmupTimeMs: verdict.warmup_time,
      confirmTimeMs: verdict.confirm_time,
      logWindowMs: verdict.log_window,
      deadlineMs: verdict.deadline,
    },
  };
}

function operating(base: string, values: Values): Pick<Settings, Operating> {
  const { log, disk, trace, admin } = values;
  return {
    log: {
      dir: pathFrom(base, values.log_dir),
      level: log.level,
      maxBytes: log.max_size,
      keep: log.keep,
      levelField: log.level_field,
      numbers: log.numbers,
    },
    instances: { keep: values.instances.keep },
    archive: { maxBytes: values.archive.max_size },
    disk: { minFree: disk.min_free, intervalMs: disk.interval },
    servletLog: { maxBytes: values.servlet_log.max_size },
    trace: { size: trace.size, slowMs: trace.slow },
    history: { maxEntries: values.history.max_entries },
    admin: { listen: admin.listen, token: admin.token === '' ? null : admin.token },
  };
}

function legacy(values: Values): Settings['legacy'] {
  return {
    manualcontrol: values.manualcontrol,
    slackChannel: values.slack_channel,
    entraosApiUri: values.entraos_api_uri,
    whydahUri: values.whydah_uri,
    whydahApplicationId: values.whydah_application_id,
    whydahApplicationName: values.whydah_application_name,
    whydahApplicationSecret: values.whydah_application_secret,
    appIcon: values.app_icon,
    envIcon: values.env_icon,
    env: values.env,
    logFile: values.log_file,
  };
}

function tlsOf(base: string, { tls }: Values): Settings['tls'] {
  if (tls.cert === '') return null;
  return {
    certFile: pathFrom(base, tls.cert),
    keyFile: pathFrom(base, tls.key),
    reloadMs: tls.reload,
  };
}

function pathFrom(base: string, path: string): string {
  return path === '' ? '' : resolve(base, path);
}
