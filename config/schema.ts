import convict from 'convict';
import { gate } from './schema/gate.ts';
import { legacy } from './schema/legacy.ts';
import { mirror } from './schema/mirror.ts';
import { operating } from './schema/operating.ts';
import { processes } from './schema/process.ts';
import { service } from './schema/service.ts';
import type { ValuesOf } from './schema/setting.ts';
import { verdict } from './schema/verdict.ts';

/** The parts of the schema in the order of the reference page. */
export const SECTIONS = [
  { title: 'The service', settings: service },
  { title: 'Its processes', settings: processes },
  { title: "The users' side", settings: gate },
  { title: "Testing's side", settings: mirror },
  { title: 'The verdict', settings: verdict },
  { title: 'Operating', settings: operating },
  { title: 'Slack and other keys of the Go program', settings: legacy },
] as const;

/** Every setting there is, nested by the dots of its key. */
export const schema = {
  ...service,
  ...processes,
  ...gate,
  ...mirror,
  ...verdict,
  ...operating,
  ...legacy,
};

/** A value for every setting, nested by the dots of its key. */
export type Values = ValuesOf<typeof schema>;

/**
 * The values of all settings: those of `chosen`, by key, over the defaults. Every value is checked
 * once more by convict; it throws when one does not fit the schema.
 */
export function valuesFrom(chosen: ReadonlyMap<string, unknown>): Values {
  const instance = convict<Record<string, unknown>>(schema);
  for (const [key, value] of chosen) instance.set(key, value);
  instance.validate({ allowed: 'strict' });
  return instance.getProperties() as unknown as Values;
}
