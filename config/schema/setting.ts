import type { Format, Unit } from '../formats.ts';

/** When a running Vili takes over a new value: what it does from then on, or what begins from then on. */
export type ReloadTime = 'at once' | 'next test' | 'next promotion' | 'next process';

/** Optional properties of a setting. */
export interface SettingOptions {
  /** Bounds as an operator would write them. */
  readonly min?: string;
  readonly max?: string;
  readonly required?: boolean;
  /** Never shown, neither in an error nor in the list of effective settings. */
  readonly sensitive?: boolean;
  /** Older spellings, accepted in files. */
  readonly aliases?: readonly string[];
  /** The key to use instead, shown in the reference and in a warning. */
  readonly superseded?: string;
  /** Its key where nesting cannot express it, since the key of another setting begins it. */
  readonly key?: string;
  /** Absent: a new value needs a restart of Vili. */
  readonly reload?: ReloadTime;
}

/**
 * One setting, in the form that convict takes (`doc`, `default`, `format`, `sensitive`), with what
 * the loader and the reference page need in addition.
 */
export interface Setting<T, U extends Unit = Unit> extends SettingOptions {
  readonly doc: string;
  readonly default: T;
  /** The check that convict runs on the loaded value; throws when it is out of bounds. */
  readonly format: (value: unknown) => void;
  readonly kind: Format<T, U>;
  /** The default as an operator would write it; empty for none. */
  readonly written: string;
  readonly aliases: readonly string[];
}

/**
 * The values of a group of settings, named for code: `max_body`, a size, is `maxBodyBytes`, `max_size`
 * is `maxBytes`, and a duration `timeout` is `timeoutMs`. Shares are 0 to 1.
 */
export type SettingsOf<Group> = {
  readonly [Name in keyof Group & string as NameOf<Name, Group[Name]>]: Group[Name] extends Setting<
    infer T
  >
    ? T
    : SettingsOf<Group[Name]>;
};

type NameOf<Name extends string, Node> =
  Node extends Setting<unknown, infer U> ? `${WithoutSize<Name, U>}${U}` : CamelCase<Name>;

type WithoutSize<Name extends string, U> = [U, Name] extends ['Bytes', `${infer Rest}_size`]
  ? CamelCase<Rest>
  : CamelCase<Name>;

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** The name of a setting or a group as `SettingsOf` has it. */
export function settingName(name: string, unit: Unit = ''): string {
  const words = unit === 'Bytes' ? name.replace(/_size$/, '') : name;
  return words.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()) + unit;
}

/** Whether a part of the schema is a setting; otherwise it is a group of them. */
export function isSetting(node: object): node is Setting<unknown> {
  return 'kind' in node;
}

/** A setting whose default is written as an operator would write it. */
export function setting<T, U extends Unit>(
  kind: Format<T, U>,
  written: string,
  doc: string,
  options: SettingOptions = {},
): Setting<T, U> {
  return build(kind, kind.parse(written), written, doc, options);
}

/** A setting without a default: `unset` is its value until it is set. */
export function withoutDefault<T, U extends Unit>(
  kind: Format<T, U>,
  unset: T,
  doc: string,
  options: SettingOptions = {},
): Setting<T, U> {
  return build(kind, unset, '', doc, options);
}

/** The bound of `setting` that a value violates, or null. */
export function boundsRule<T>(setting: Setting<T>, value: T): string | null {
  if (typeof value !== 'number') return null;
  const least = boundOf(setting, setting.min);
  const most = boundOf(setting, setting.max);
  if (least !== null && value < least) return `is less than ${setting.min}`;
  if (most !== null && value > most) return `is more than ${setting.max}`;
  return null;
}

// Private

function build<T, U extends Unit>(
  kind: Format<T, U>,
  unset: T,
  written: string,
  doc: string,
  options: SettingOptions,
): Setting<T, U> {
  const built: Setting<T, U> = {
    doc,
    default: unset,
    format: (value) => {
      if (value === unset) return;
      if (!kind.holds(value)) throw new Error(`must be a ${kind.name}`);
      const rule = boundsRule(built, value as T);
      if (rule !== null) throw new Error(rule);
    },
    kind,
    written,
    aliases: [],
    ...options,
  };
  return built;
}

function boundOf<T>(setting: Setting<T>, written: string | undefined): number | null {
  if (written === undefined) return null;
  const bound = setting.kind.parse(written);
  return typeof bound === 'number' ? bound : null;
}
