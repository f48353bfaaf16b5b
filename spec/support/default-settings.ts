import { verdictSettings } from '../../actors/wiring/traffic.ts';
import { valuesFrom } from '../../config/schema.ts';
import { settingsFrom } from '../../config/view.ts';

/** What the daemon runs with when nothing is set, for specs and benches. */
export const DEFAULT_SETTINGS = settingsFrom('/base', valuesFrom(new Map()), null);
export const DEFAULT_VERDICT_SETTINGS = verdictSettings(DEFAULT_SETTINGS);
