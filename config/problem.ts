import { EXIT, ViliError } from '../lib/errors.ts';
import { someOf } from '../lib/text/numbers.ts';
import type { Raw } from './formats/format.ts';

const MAX_SHOWN = 100;
const MAX_VALUE_CHARACTERS = 80;
const LAST_LINE = 'Nothing was started. Check again with: vili check';

/** The place where something was written. */
export interface Place {
  /** `.env`, `vili.yaml`, `environment`, `command line`, or `settings` for rules between them. */
  readonly source: string;
  /** From 1; null where there are no lines. */
  readonly line: number | null;
}

/** One thing that is wrong, and its place. */
export interface Problem extends Place {
  /** As it was written there; empty for the whole source. */
  readonly name: string;
  /** Value, broken rule and probable intent, in one sentence. */
  readonly text: string;
}

/**
 * The settings cannot be used. `message` is complete, ready to print: every problem, one per line.
 * Code `VILI_CONFIG`; the process ends with exit code 2.
 */
export class ConfigError extends ViliError {
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];

  constructor(base: string, problems: readonly Problem[], warnings: readonly string[]) {
    super('VILI_CONFIG', render(base, problems, warnings), { exitCode: EXIT.usage });
    this.problems = problems;
    this.warnings = warnings;
  }
}

/** The source of a setting in words: `.env line 4`, `VILI_PORT`, `command line`. */
export function describePlace(place: Place, name: string): string {
  if (place.line !== null) return `${place.source} line ${place.line}`;
  return place.source === 'environment' ? name : place.source;
}

/** A value that is safe to show: quoted, on one line, cut, without the password of an address. */
export function shown(value: string): string {
  const safe = withoutPassword(value);
  const cut = safe.length > MAX_VALUE_CHARACTERS ? `${safe.slice(0, MAX_VALUE_CHARACTERS)}…` : safe;
  return visible(JSON.stringify(cut));
}

/** A value without the user and password of an address. */
export function withoutPassword(value: string): string {
  return value.replaceAll(/\/\/[^/@\s]*@/g, '//(hidden)@');
}

/** A name that is safe to show: bare when it is harmless, else like a value. */
export function shownName(name: string): string {
  return /^[\w.:-]{1,60}$/.test(name) ? name : shown(name);
}

/** A written value on one line: lists separated by commas, maps by semicolons. */
export function readable(raw: Raw): string {
  if (typeof raw === 'string') return raw;
  if (raw instanceof Map) {
    return [...raw]
      .map(([key, value]) => `${key}=${readable(value).replaceAll(', ', ' ')}`)
      .join('; ');
  }
  return [...raw.values()].map(readable).join(', ');
}

/** Text whose control characters are escaped: on a terminal they could move the cursor or hide text. */
export function visible(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_C}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

/** A problem on one line: its place, the name and what is wrong. */
export function problemLine({ source, line, name, text }: Problem): string {
  return `${line === null ? source : `${source} line ${line}`}: ${name} ${text}`;
}

/** The warnings as lines, at most 100. */
export function warningLines(warnings: readonly Problem[]): string[] {
  return someOf(warnings.map(problemLine), MAX_SHOWN);
}

// Private

function render(base: string, problems: readonly Problem[], warnings: readonly string[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const sources = new Set(problems.map(({ source }) => source));
  const only = sources.size === 1 ? [...sources][0] : undefined;
  const isFile = only !== undefined && problems.some(({ line }) => line !== null);
  const where = isFile ? `${base}/${only}` : `the settings of ${base}`;
  const rows = problems.slice(0, MAX_SHOWN).map((problem) => ({
    place: problem.line === null ? problem.source : `${problem.source} line ${problem.line}`,
    name: problem.name,
    text: problem.text,
  }));
  const placeWidth = Math.max(0, ...rows.map(({ place }) => place.length));
  const nameWidth = Math.max(0, ...rows.map(({ name }) => name.length));
  const lines = rows.map(({ place, name, text }) =>
    `  ${place.padEnd(placeWidth)}  ${name.padEnd(nameWidth)}  ${text}`.trimEnd(),
  );
  if (problems.length > MAX_SHOWN) lines.push(`  and ${problems.length - MAX_SHOWN} more`);
  const also = warnings.map((warning) => `  warning: ${warning}`);
  return [`vili: ${count} in ${visible(where)}`, ...lines, ...also, LAST_LINE].join('\n');
}
