import type { Settings } from '../../config/settings.ts';
import type { GateSettings } from '../../lib/gate/settings.ts';
import { DEFAULT_FAR_SIDE_SETTINGS, type FarSideSettings } from '../../lib/mirror/settings.ts';
import { MAX_ENDPOINTS } from './evidence.ts';

/** Beyond this the users' thread is taken to be at its limit. */
const BUSY_LIMIT = 0.95;

export function gateSettings(settings: Settings, errorPage: string): GateSettings {
  const { host, port, header, request, upstream, hold, mirror, compare } = settings;
  return {
    host,
    port,
    endpointScheme: 'http',
    header,
    request,
    upstream,
    hold,
    healthPaths: settings.health.paths,
    mirror,
    compareMaxBodyBytes: compare.maxBodyBytes,
    trustedProxies: settings.trustedProxies,
    errorPage,
  };
}

export function farSideSettings({ mirror, compare, routes }: Settings): FarSideSettings {
  const { concurrency, queue, queueBytes, timeoutMs, header } = mirror;
  return {
    ...DEFAULT_FAR_SIDE_SETTINGS,
    concurrency,
    queue,
    queueBytes,
    timeoutMs,
    header,
    busyLimit: BUSY_LIMIT,
    compare: {
      ...DEFAULT_FAR_SIDE_SETTINGS.compare,
      ...compare,
      routes,
      maxEndpoints: MAX_ENDPOINTS,
    },
  };
}
