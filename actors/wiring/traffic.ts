import { randomBytes } from 'node:crypto';
import type { Settings } from '../../config/settings.ts';
import {
  type CompareSettings,
  DEFAULT_COMPARE_SETTINGS,
  MAX_ENDPOINTS,
} from '../../lib/compare/settings.ts';
import { DEFAULT_MIRROR_SETTINGS, type MirrorSettings } from '../../lib/mirror/settings.ts';
import type { TlsSettings } from '../../lib/proxy/downstream/tls.ts';
import type { ProxySettings } from '../../lib/proxy/settings.ts';
import type { VerdictSettings } from '../../lib/verdict/settings.ts';

const TOKEN_BYTES = 16;

/** Known to this daemon and to the servlets it sends copies to; see `mirror.header`. */
export function mirrorToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

export function proxySettings(settings: Settings, errorPage: string, token: string): ProxySettings {
  const { host, port, header, request, upstream, hold, mirror, compare } = settings;
  return {
    host,
    port,
    tls: tlsFiles(settings),
    header,
    request,
    upstream,
    hold,
    healthPaths: settings.health.paths,
    mirror: {
      ...mirror,
      maxCollectedBytes: Math.ceil(mirror.queueBytes / settings.gate.processes),
      token,
    },
    compareMaxBodyBytes: compare.maxBodyBytes,
    trustedProxies: settings.trustProxy,
    errorPage,
  };
}

export function mirrorSettings(settings: Settings, token: string): MirrorSettings {
  const { mirror, samples } = settings;
  const { concurrency, busyLimit, queue, queueBytes, timeoutMs, header, headers, rewrite } = mirror;
  return {
    ...DEFAULT_MIRROR_SETTINGS,
    concurrency,
    queue,
    queueBytes,
    timeoutMs,
    header,
    token,
    edits: headers,
    rewrite,
    // With several processes each of them looks after its own users.
    busyLimit: settings.gate.processes === 1 ? busyLimit : 1,
    compare: compareSettings(settings),
    samples,
  };
}

/** Where the certificate for users is; null: users speak plain HTTP. */
export function tlsFiles({ tls }: Settings): TlsSettings | null {
  if (tls.cert === '') return null;
  return { certFile: tls.cert, keyFile: tls.key, reloadMs: tls.reloadMs };
}

export function verdictSettings({ verdict, compare }: Settings): VerdictSettings {
  const { shape, values } = compare;
  return { ...verdict, shape, values, maxEndpoints: MAX_ENDPOINTS };
}

// Private

/** How responses are compared, wherever that is done. */
function compareSettings({ compare, mask, routes }: Settings): CompareSettings {
  return { ...DEFAULT_COMPARE_SETTINGS, ...compare, mask, routes, maxEndpoints: MAX_ENDPOINTS };
}
