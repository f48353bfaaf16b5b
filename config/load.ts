import { realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Choice, choose, missingKeys, quotedValue, writtenValue } from './choice.ts';
import { ConfigError, describePlace, type Problem, visible, warningLines } from './problem.ts';
import type { Finding } from './rules/finding.ts';
import { checkRules } from './rules.ts';
import { type SchemaSettings, schemaSettings } from './schema.ts';
import type { Settings } from './settings.ts';
import { KNOWN_KEYS, type KnownKey } from './sources/keys.ts';
import { envFileLayer, environmentLayer, flagLayer, SOURCES, yamlLayer } from './sources/layers.ts';
import { readOpenApi } from './sources/openapi.ts';

const DEFAULT = 'default';
const OTHER_KEY = /\{([a-z_.]+)\}/g;

/** The sources of settings. */
export interface SettingsSources {
  /** The base folder; `.env` and `vili.yaml` are read from it. */
  readonly base: string;
  /** From the command line, by key: `{ 'mirror.sample': '10%' }`. */
  readonly flags: Readonly<Record<string, string>>;
  readonly environment: NodeJS.ProcessEnv;
}

/** One setting in effect, safe to print: secrets are hidden. */
export interface EffectiveSetting {
  readonly key: string;
  /** As it was written; empty for none. */
  readonly value: string;
  /** `.env line 4`, `vili.yaml line 2`, `VILI_PORT`, `command line` or `default`. */
  readonly origin: string;
}

/** Settings without a problem. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** One line each, to be printed on stderr. */
  readonly warnings: readonly string[];
  /** Key -> source of its value, as in `EffectiveSetting`. */
  readonly origins: Readonly<Record<string, string>>;
  /** Every setting, in the order of the reference page. */
  readonly effective: readonly EffectiveSetting[];
  /** Where each value comes from, for the next reload. */
  readonly choice: Choice;
}

/**
 * Reads all settings: flags override the environment, then `.env`, `vili.yaml` and defaults. Throws
 * `ConfigError` with every problem of every source at once. Reads only these two files and that of
 * `openapi`.
 */
export function loadSettings(sources: SettingsSources): LoadedSettings {
  const base = realBase(sources.base);
  const baseProblem = checkBase(base);
  if (baseProblem !== null) throw new ConfigError(base, [baseProblem], []);
  const layers = [
    flagLayer(sources.flags),
    environmentLayer(sources.environment),
    envFileLayer(base),
    yamlLayer(base),
  ];
  const isReadable = layers.every((layer) => layer.isReadable);
  const choice = choose(layers);
  const checked = schemaSettings(base, choice.values);
  const openapi = checked.openapi === '' ? null : readOpenApi(checked.openapi);
  const fromFile = fileFindings(openapi?.problem ?? null);
  const reported = (severity: Finding['severity']) =>
    brokenRules(checked, choice, severity, fromFile);
  const problems = [
    ...layers.flatMap((layer) => layer.problems),
    ...choice.problems,
    // What a file that cannot be read leaves open would only be guessed at.
    ...(isReadable ? [...missingKeys(choice, layers), ...reported('problem')] : []),
  ];
  const warnings = warningLines([
    ...layers.flatMap((layer) => layer.warnings),
    ...choice.warnings,
    ...(isReadable ? reported('warning') : []),
  ]);
  if (problems.length > 0) throw new ConfigError(base, inOrder(problems), warnings);
  const routes = [...checked.routes, ...(openapi?.routes ?? [])];
  return { settings: { ...checked, routes, openapi }, warnings, ...described(choice), choice };
}

/** The rules that the values break together, as problems that name the place of each value. */
export function brokenRules(
  settings: SchemaSettings,
  choice: Choice,
  severity: Finding['severity'],
  more: readonly Finding[] = [],
): Problem[] {
  return [...checkRules(settings), ...more]
    .filter((finding) => finding.severity === severity && isWorthReporting(finding, choice))
    .map((finding) => problemOf(finding, choice));
}

/** The values of a choice, safe to print. */
export function described(choice: Choice): Pick<LoadedSettings, 'origins' | 'effective'> {
  const effective = KNOWN_KEYS.map((known) => effectiveSetting(known, choice));
  const origins = Object.fromEntries(effective.map(({ key, origin }) => [key, origin]));
  return { origins, effective };
}

// Private

/** One folder has many spellings; lock, tags and records know it by one. */
function realBase(given: string): string {
  const base = resolve(given);
  try {
    return realpathSync(base);
  } catch {
    return base;
  }
}

function checkBase(base: string): Problem | null {
  const problem = { source: 'command line', line: null, name: 'base' };
  try {
    if (statSync(base).isDirectory()) return null;
    return { ...problem, text: 'is not a folder' };
  } catch {
    return { ...problem, text: 'is not a readable folder' };
  }
}

function fileFindings(problem: string | null): Finding[] {
  return problem === null ? [] : [{ key: 'openapi', text: problem, severity: 'problem' }];
}

/** A rule about a value that could not be read would only repeat that; a default needs no warning. */
function isWorthReporting({ key, text, severity }: Finding, { broken, entries }: Choice): boolean {
  const others = [...text.matchAll(OTHER_KEY)].map((match) => match[1] ?? '');
  if ([key, ...others].some((name) => broken.has(name))) return false;
  return severity === 'problem' || entries.has(key);
}

function problemOf({ key, text }: Finding, choice: Choice): Problem {
  const entry = choice.entries.get(key);
  const sentence = text.replaceAll(OTHER_KEY, (match, other: string) => {
    const known = knownKey(other);
    return known === undefined ? match : inWords(known, choice);
  });
  const known = knownKey(key);
  const value = known === undefined ? '' : `${quotedValue(known, entry)} `;
  const { source, line } = entry ?? { source: DEFAULT, line: null };
  return { source, line, name: entry?.name ?? key, text: `${value}${sentence}` };
}

/** `port=9450 (.env line 1)`. */
function inWords(known: KnownKey, choice: Choice): string {
  const { key, value, origin } = effectiveSetting(known, choice);
  return `${key}=${value} (${origin})`;
}

function effectiveSetting(known: KnownKey, { entries }: Choice): EffectiveSetting {
  const entry = entries.get(known.key);
  const origin = entry === undefined ? DEFAULT : describePlace(entry, entry.name);
  return { key: known.key, value: visible(writtenValue(known, entry)), origin };
}

function knownKey(key: string): KnownKey | undefined {
  return KNOWN_KEYS.find((known) => known.key === key);
}

/** By source in their order of precedence, by line within a source. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const sources = [...new Set([...SOURCES, ...problems.map(({ source }) => source)])];
  return sources.flatMap((source) =>
    problems
      .filter((problem) => problem.source === source)
      .sort((one, other) => (one.line ?? 0) - (other.line ?? 0)),
  );
}
