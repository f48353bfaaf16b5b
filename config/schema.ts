import { resolve } from 'node:path';
import convict from 'convict';
import { path } from './formats.ts';
import { fleet } from './schema/fleet.ts';
import { legacy } from './schema/legacy.ts';
import { mirror } from './schema/mirror.ts';
import { notify } from './schema/notify.ts';
import { operating } from './schema/operating.ts';
import { processes } from './schema/process.ts';
import { proxy } from './schema/proxy.ts';
import { service } from './schema/service.ts';
import { isSetting, type SettingsOf, settingName } from './schema/setting.ts';
import { traces } from './schema/traces.ts';
import { verdict } from './schema/verdict.ts';

/** The parts of the schema in the order of the reference page. */
export const SECTIONS = [
  { title: 'The service', settings: service },
  { title: 'Its processes', settings: processes },
  { title: "The users' side", settings: proxy },
  { title: "Testing's side", settings: mirror },
  { title: 'The verdict', settings: verdict },
  { title: 'Operating', settings: operating },
  { title: 'Traces', settings: traces },
  { title: 'Several hosts', settings: fleet },
  { title: 'Notifications', settings: notify },
  { title: 'Slack and other keys of the Go program', settings: legacy },
] as const;

/** Every setting, nested by the dots of its key. */
const schema = {
  ...service,
  ...processes,
  ...proxy,
  ...mirror,
  ...verdict,
  ...operating,
  ...traces,
  ...fleet,
  ...notify,
  ...legacy,
};

/** Names in the schema of the settings whose key is not where they are in it. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(schema).flatMap(([name, node]: [string, object]) =>
    isSetting(node) && node.key !== undefined ? [[node.key, name] as const] : [],
  ),
);

/** A value for every setting; `base` and the values of kind `path` are absolute, '' for none. */
export type SchemaSettings = { readonly base: string } & SettingsOf<typeof schema>;

/**
 * The values of `chosen`, by key, over the defaults. convict checks every value once more and throws
 * when one does not fit the schema. `base` must be absolute.
 */
export function schemaSettings(base: string, chosen: ReadonlyMap<string, unknown>): SchemaSettings {
  const instance = convict<Record<string, unknown>>(schema);
  for (const [key, value] of chosen) instance.set(NAMES.get(key) ?? key, value);
  instance.validate({ allowed: 'strict' });
  return { base, ...named(schema, instance.getProperties(), base) } as unknown as SchemaSettings;
}

// Private

/** The values under the names of `SettingsOf`. */
function named(group: object, values: Record<string, unknown>, base: string): object {
  const entries = Object.entries(group).map(([name, node]: [string, object]) => {
    const value = values[name];
    if (!isSetting(node)) {
      return [settingName(name), named(node, value as Record<string, unknown>, base)];
    }
    const isPath = node.kind === path && value !== '';
    return [settingName(name, node.kind.unit), isPath ? resolve(base, String(value)) : value];
  });
  return Object.fromEntries(entries);
}
