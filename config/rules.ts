import { adminRules } from './rules/admin.ts';
import type { Finding } from './rules/finding.ts';
import { fleetRules } from './rules/fleet.ts';
import { dashRules } from './rules/legacy.ts';
import { notifyRules } from './rules/notify.ts';
import { previewRules } from './rules/preview.ts';
import { proxyProcessRules, proxyRules } from './rules/proxy.ts';
import { portRules, processRules, servletTlsRules } from './rules/servlets.ts';
import { mirrorRules, verdictRules } from './rules/testing.ts';
import { tracesRules } from './rules/traces.ts';
import type { SchemaSettings } from './schema.ts';

/** Every contradiction between settings that are each valid by themselves. */
export function checkRules(settings: SchemaSettings): readonly Finding[] {
  return [
    portRules,
    processRules,
    servletTlsRules,
    proxyRules,
    proxyProcessRules,
    previewRules,
    mirrorRules,
    verdictRules,
    notifyRules,
    adminRules,
    fleetRules,
    tracesRules,
    dashRules,
  ].flatMap((rules) => rules(settings));
}
