import { randomBytes } from 'node:crypto';
import type { Settings } from '../../../config/settings.ts';
import { COMPARE_LIMITS } from '../../../lib/compare/settings.ts';
import { MIRROR_LIMITS, type MirrorSettings } from '../../../lib/mirror/settings.ts';
import { isSafeMethod } from '../../../lib/model/exchange.ts';
import { pathOf } from '../../../lib/model/path-template.ts';
import type { TlsSettings } from '../../../lib/proxy/downstream/tls.ts';
import type { PreviewSettings } from '../../../lib/proxy/preview/rules.ts';
import type { CopyRules, ProxySettings } from '../../../lib/proxy/settings.ts';
import type { VerdictSettings } from '../../../lib/verdict/settings.ts';

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
    preview: previewOf(settings),
    header,
    request,
    upstream,
    hold,
    health: { ...settings.health, paths: probedPaths(settings) },
    mirror: {
      ...mirror,
      maxCollectedBytes: Math.ceil(mirror.queueBytes / settings.gate.processes),
      token,
    },
    compareMaxBodyBytes: compare.maxBodyBytes,
    trustedProxies: settings.trustProxy,
    errorPage,
    spans: settings.otlp.endpoint === '' ? null : { share: settings.otlp.sample },
  };
}

/** Who may see the version under test; null: nobody. */
function previewOf({ preview }: Settings): PreviewSettings | null {
  return preview.token === '' ? null : { ...preview, cookie: preview.cookie ?? '' };
}

/** Which requests are copied to testing. */
export function copyRulesOf({ mirror }: Settings): CopyRules {
  const { methods, rules, sample, sticky } = mirror;
  return { methods, rules, sample, sticky };
}

/** Those of them that change nothing: what goes to previous while another version is on probation. */
export function safeCopyRulesOf(settings: Settings): CopyRules {
  const { methods, rules, ...others } = copyRulesOf(settings);
  return {
    ...others,
    methods: methods.filter(isSafeMethod),
    rules: rules.filter(({ method, on }) => !on || isSafeMethod(method)),
  };
}

export function mirrorSettings(settings: Settings, token: string): MirrorSettings {
  const { gate, header, mirror, samples, compare, mask, routes } = settings;
  return {
    ...MIRROR_LIMITS,
    ...mirror,
    maxHeadBytes: header.maxBytes,
    token,
    // Each of several processes sheds load for its own users.
    busyLimit: gate.processes === 1 ? mirror.busyLimit : 1,
    guardsSpeed: settings.verdict.speed === 'block',
    compare: { ...COMPARE_LIMITS, ...compare, mask, routes },
    samples,
  };
}

/** What Vili itself probes says nothing about the service either, except for the users' front page. */
function probedPaths({ health, readiness, liveness }: Settings): readonly string[] {
  const own = [readiness.path, liveness.path].flatMap((path) => path ?? []).map(pathOf);
  return [...new Set([...health.paths, ...own.filter((path) => path !== '/')])];
}

/** Where the certificate for users is; null: users speak plain HTTP. */
export function tlsFiles({ tls }: Settings): TlsSettings | null {
  if (tls.cert === '') return null;
  return { certFile: tls.cert, keyFile: tls.key, reloadMs: tls.reloadMs };
}

export function verdictSettings({ verdict, compare }: Settings): VerdictSettings {
  const { shape, values, systematic } = compare;
  return { ...verdict, shape, values, systematic, maxEndpoints: COMPARE_LIMITS.maxEndpoints };
}
