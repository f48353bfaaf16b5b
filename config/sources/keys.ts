import { isSetting, type Setting } from '../schema/setting.ts';
import { SECTIONS } from '../schema.ts';

const ENVIRONMENT_PREFIX = 'VILI_';

/** A setting with its names in each source. */
export interface KnownKey {
  /** With dots, as in `vili.yaml`: `readiness.path`. */
  readonly key: string;
  /** As in `.env`: `readiness_path`. */
  readonly envFileName: string;
  /** As in the environment: `VILI_READINESS_PATH`. */
  readonly variable: string;
  readonly section: string;
  readonly setting: Setting<unknown>;
}

/** Spelling -> key. */
export type Spellings = ReadonlyMap<string, KnownKey>;

/** Every key, in the order of the reference page. */
export const KNOWN_KEYS: readonly KnownKey[] = SECTIONS.flatMap(({ title, settings }) =>
  flatten(title, '', settings),
);

/** Names in `vili.yaml`: dotted keys and the old aliases. */
export const YAML_SPELLINGS: Spellings = spellings((known) => [
  known.key,
  ...known.setting.aliases,
]);

/** Names in `.env`: keys with `_` or dots, and the old aliases. */
export const ENV_FILE_SPELLINGS: Spellings = spellings((known) => [
  known.envFileName,
  known.key,
  ...known.setting.aliases,
]);

/** Names in the environment. */
export const VARIABLE_SPELLINGS: Spellings = spellings((known) => [known.variable]);

/** Groups in `vili.yaml`, such as `readiness`: keys are below them, they are not keys themselves. */
export const GROUPS: ReadonlySet<string> = new Set(
  KNOWN_KEYS.flatMap(({ key }) => (key.includes('.') ? [key.slice(0, key.indexOf('.'))] : [])),
);

// Private

function flatten(section: string, prefix: string, group: object): KnownKey[] {
  return Object.entries(group).flatMap(([name, node]: [string, object]) => {
    if (!isSetting(node)) return flatten(section, `${prefix}${name}.`, node);
    const key = node.key ?? `${prefix}${name}`;
    const envFileName = key.replaceAll('.', '_');
    const variable = `${ENVIRONMENT_PREFIX}${envFileName.toUpperCase()}`;
    return [{ key, envFileName, variable, section, setting: node }];
  });
}

function spellings(of: (known: KnownKey) => readonly string[]): Spellings {
  return new Map(KNOWN_KEYS.flatMap((known) => of(known).map((name) => [name, known])));
}
