import { isDeepStrictEqual } from 'node:util';
import { EXIT, ViliError } from '../lib/errors.ts';
import { someOf } from '../lib/text/numbers.ts';
import { type Choice, writtenValue } from './choice.ts';
import {
  brokenRules,
  described,
  type LoadedSettings,
  loadSettings,
  type SettingsSources,
} from './load.ts';
import { ConfigError, type Problem, problemLine, visible, withoutPassword } from './problem.ts';
import { schemaSettings } from './schema.ts';
import type { ReloadTime } from './schema/setting.ts';
import { KNOWN_KEYS, type KnownKey } from './sources/keys.ts';

/** Further problems are only counted: the text is one line of a log. */
const MAX_TOLD = 5;

/** One key whose value in the sources is another one; safe to print: secrets are hidden. */
export interface SettingChange {
  readonly key: string;
  /** As it was written; empty for none. */
  readonly from: string;
  readonly to: string;
  /** From when the new value counts; null: from the next start of Vili. */
  readonly when: ReloadTime | null;
}

/** What became of a reload. */
export interface Reloaded {
  /** The settings in effect from now on. */
  readonly loaded: LoadedSettings;
  /** In the order of the reference page. */
  readonly changes: readonly SettingChange[];
  /** Those that were not there before. */
  readonly warnings: readonly string[];
}

/** The sources cannot be used: the settings stay as they are. Code `VILI_RELOAD_FAILED`. */
export class ReloadFailed extends ViliError {
  constructor(problems: readonly Problem[]) {
    const all = someOf(problems.map(problemLine), MAX_TOLD).join('; ');
    super('VILI_RELOAD_FAILED', `the settings stay as they are: ${visible(all)}`, {
      exitCode: EXIT.usage,
      httpStatus: 422,
    });
  }
}

/**
 * Reads the sources again. Keys with a `reload` in the schema get their new value, all others keep the
 * one that Vili was started with. Throws `ReloadFailed` when the sources, or old and new values together, break a
 * rule. Blocks for as long as `loadSettings`.
 */
export function reloadSettings(current: LoadedSettings, sources: SettingsSources): Reloaded {
  const wanted = read(sources);
  const choice = mixed(current.choice, wanted.choice);
  const { base, openapi, routes } = current.settings;
  const values = schemaSettings(base, choice.values);
  const problems = brokenRules(values, choice, 'problem');
  if (problems.length > 0) throw new ReloadFailed(problems.map(inPart));
  const changes = KNOWN_KEYS.filter((known) => differs(known, current.choice, wanted.choice)).map(
    (known) => changeOf(known, current.choice, wanted.choice),
  );
  const warnings = wanted.warnings.filter((warning) => !current.warnings.includes(warning));
  const settings = { ...values, openapi, routes };
  const loaded = { settings, warnings: wanted.warnings, ...described(choice), choice };
  return { loaded, changes, warnings };
}

// Private

function read(sources: SettingsSources): LoadedSettings {
  try {
    return loadSettings(sources);
  } catch (error) {
    if (error instanceof ConfigError) throw new ReloadFailed(error.problems);
    throw error;
  }
}

/** The new value of what can be reloaded, the old one of everything else. */
function mixed(current: Choice, wanted: Choice): Choice {
  const of = <T>(part: (choice: Choice) => ReadonlyMap<string, T>): Map<string, T> => {
    const found = KNOWN_KEYS.flatMap(({ key, setting }): [string, T][] => {
      const value = part(setting.reload === undefined ? current : wanted).get(key);
      return value === undefined ? [] : [[key, value]];
    });
    return new Map(found);
  };
  return {
    entries: of(({ entries }) => entries),
    values: of(({ values }) => values),
    broken: new Set(),
    problems: [],
    warnings: [],
  };
}

/** The sources by themselves are right: what is wrong is the new value beside an old one. */
function inPart(problem: Problem): Problem {
  const text = `${problem.text}; together with values that need a restart of Vili first`;
  return { ...problem, text };
}

function differs({ key, setting }: KnownKey, current: Choice, wanted: Choice): boolean {
  const valueIn = ({ values }: Choice): unknown => values.get(key) ?? setting.default;
  return !isDeepStrictEqual(valueIn(current), valueIn(wanted));
}

function changeOf(known: KnownKey, current: Choice, wanted: Choice): SettingChange {
  const textIn = ({ entries }: Choice): string =>
    visible(withoutPassword(writtenValue(known, entries.get(known.key))));
  const { key, setting } = known;
  return { key, from: textIn(current), to: textIn(wanted), when: setting.reload ?? null };
}
