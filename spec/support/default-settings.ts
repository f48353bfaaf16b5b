import {
  mirrorSettings,
  proxySettings,
  verdictSettings,
} from '../../actors/app/settings/traffic.ts';
import { schemaSettings } from '../../config/schema.ts';
import type { Settings } from '../../config/settings.ts';

/** What the daemon runs with when nothing is set, for specs and benches. */
export const DEFAULT_SETTINGS: Settings = { ...schemaSettings('/base', new Map()), openapi: null };
export const DEFAULT_VERDICT_SETTINGS = verdictSettings(DEFAULT_SETTINGS);
export const DEFAULT_MIRROR_SETTINGS = mirrorSettings(DEFAULT_SETTINGS, '');
export const DEFAULT_COMPARE_SETTINGS = DEFAULT_MIRROR_SETTINGS.compare;
export const DEFAULT_PROXY_SETTINGS = proxySettings(DEFAULT_SETTINGS, '', '');
