import { FormatError } from './formats.ts';
import { nearest } from '../lib/text/nearest.ts';
import { describePlace, type Problem, readable, shown } from './problem.ts';
import { boundsRule } from './schema/setting.ts';
import { KNOWN_KEYS, type KnownKey } from './sources/keys.ts';
import { ENV_FILE, type Entry, type Layer, YAML_FILE } from './sources/layers.ts';

const HIDDEN = '(hidden)';

/** The value chosen for each key that some source sets, and what is wrong with it. */
export interface Choice {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly values: ReadonlyMap<string, unknown>;
  /** Keys whose value cannot be used. */
  readonly broken: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/**
 * The value of each key from the first layer that has one. A bad value in a later layer is only a
 * warning, since it is not used; within one layer the last line counts, as in the Go program.
 */
export function choose(layers: readonly Layer[]): Choice {
  const entries = new Map<string, Entry>();
  const values = new Map<string, unknown>();
  const broken = new Set<string>();
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const entry of layers.flatMap(lastOfEach)) {
    const { key, setting } = entry.known;
    const over = entries.get(key);
    const read = readEntry(entry);
    if (over !== undefined) {
      if ('rule' in read) warnings.push(overridden(entry, read.rule, over));
      continue;
    }
    entries.set(key, entry);
    if ('rule' in read) {
      broken.add(key);
      problems.push({ ...placeOf(entry), text: read.rule });
    } else {
      values.set(key, read.value);
      if (setting.superseded !== undefined) warnings.push(superseded(entry, setting.superseded));
    }
  }
  return { entries, values, broken, problems, warnings };
}

/** Required keys that no source sets, each with an unknown key that was probably meant. */
export function missingKeys(choice: Choice, layers: readonly Layer[]): Problem[] {
  const unknown = layers.flatMap(({ warnings }) => warnings);
  return KNOWN_KEYS.flatMap((known) => {
    if (!known.setting.required || choice.entries.has(known.key)) return [];
    const empty = layers.flatMap(({ entries }) => entries).find((entry) => entry.known === known);
    if (empty !== undefined) return [{ ...placeOf(empty), text: `is empty. ${howTo(known)}` }];
    return [{ source: 'settings', line: null, name: known.key, text: missingText(known, unknown) }];
  });
}

/** The value of a setting as it was written, or its default; secrets are hidden. */
export function writtenValue(known: KnownKey, entry: Entry | undefined): string {
  if (entry === undefined) return known.setting.written;
  return known.setting.sensitive ? HIDDEN : readable(entry.raw);
}

/** Like `writtenValue`, quoted for a sentence. */
export function quotedValue(known: KnownKey, entry: Entry | undefined): string {
  return known.setting.sensitive ? HIDDEN : shown(writtenValue(known, entry));
}

// Private

function lastOfEach({ entries }: Layer): Entry[] {
  const last = new Map<string, Entry>();
  for (const entry of entries) if (isSet(entry)) last.set(entry.known.key, entry);
  return [...last.values()];
}

/** An empty value counts as not set, unless empty text is a value of its kind. */
function isSet({ known, raw }: Entry): boolean {
  return known.setting.kind.takesEmpty === true || typeof raw !== 'string' || raw.trim() !== '';
}

function readEntry(entry: Entry): { value: unknown } | { rule: string } {
  const { setting } = entry.known;
  try {
    const value = setting.kind.parse(entry.raw);
    const rule = boundsRule(setting, value);
    return rule === null ? { value } : { rule: `${quotedValue(entry.known, entry)} ${rule}` };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { rule: `${quotedValue(entry.known, entry)} ${error.message}.${hintOf(entry, error)}` };
  }
}

function hintOf({ known, raw }: Entry, { suggestion }: FormatError): string {
  if (known.setting.sensitive) return '';
  const { kind } = known.setting;
  const words = ['word', 'signal'].includes(kind.name) ? kind.example.split(', ') : [];
  const near = suggestion ?? (typeof raw === 'string' ? nearest(raw, words) : undefined);
  return near === undefined ? '' : ` Did you mean ${shown(near)}?`;
}

function overridden(entry: Entry, rule: string, over: Entry): Problem {
  const by = describePlace(over, over.name);
  return { ...placeOf(entry), text: `${rule} It is ignored, since ${by} overrides it.` };
}

function superseded(entry: Entry, by: string): Problem {
  return {
    ...placeOf(entry),
    text: `${quotedValue(entry.known, entry)} is ignored: superseded by ${by}`,
  };
}

function placeOf({ source, line, name }: Entry): Omit<Problem, 'text'> {
  return { source, line, name };
}

function missingText(known: KnownKey, unknown: readonly Problem[]): string {
  const { key, envFileName, variable, setting } = known;
  const names = [key, envFileName, variable, ...setting.aliases];
  const meant = unknown.find(({ name }) => nearest(name, names) !== undefined);
  if (meant === undefined) return `is missing. ${howTo(known)}`;
  const where = meant.line === null ? `the ${meant.source}` : describePlace(meant, meant.name);
  return `is missing. Was "${meant.name}" in ${where} meant?`;
}

function howTo({ key, envFileName, variable, setting }: KnownKey): string {
  const { example } = setting.kind;
  return (
    `Write ${envFileName}=${example} into ${ENV_FILE}, or ${key}: ${example} into ${YAML_FILE}, ` +
    `or set ${variable}`
  );
}
