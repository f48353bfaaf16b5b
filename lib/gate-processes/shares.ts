import type { GateSettings } from '../gate/settings.ts';

/**
 * The settings of one of `count` processes: what bounds all users together is shared out, so that the
 * processes together keep within it. Connections of users are bounded where they are accepted.
 */
export function shareOf(settings: GateSettings, index: number, count: number): GateSettings {
  const part = (total: number): number =>
    Math.floor(total / count) + (index < total % count ? 1 : 0);
  const { hold, upstream } = settings;
  return {
    ...settings,
    hold: { ...hold, maxRequests: part(hold.maxRequests), maxBytes: part(hold.maxBytes) },
    upstream: { ...upstream, maxConnections: part(upstream.maxConnections) },
  };
}
