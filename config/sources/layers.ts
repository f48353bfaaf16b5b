import { join } from 'node:path';
import type { Raw } from '../formats.ts';
import { nearest } from '../../lib/text/nearest.ts';
import { type Problem, shownName } from '../problem.ts';
import { parseEnvFile } from './env-file.ts';
import {
  ENV_FILE_SPELLINGS,
  GROUPS,
  type KnownKey,
  VARIABLE_SPELLINGS,
  YAML_SPELLINGS,
} from './keys.ts';
import { readTextFile } from './text-file.ts';
import { parseYamlFile, type YamlEntry } from './yaml-file.ts';

export const ENV_FILE = '.env';
export const YAML_FILE = 'vili.yaml';
const ENVIRONMENT = 'environment';
const COMMAND_LINE = 'command line';

/** The sources of settings by precedence: an earlier one overrides a later one. */
export const SOURCES = [COMMAND_LINE, ENVIRONMENT, ENV_FILE, YAML_FILE];

/**
 * Variables that begin with `VILI_` and are not settings: those that Vili sets for the processes it
 * starts (a Vili under test inherits them), and the switch for its own debugging.
 */
export const IGNORED_VARIABLES: ReadonlySet<string> = new Set([
  'VILI_DEBUG',
  'VILI_UPGRADE',
  'VILI_ROLE',
  'VILI_TEST',
  'VILI_SERVLET',
]);

/** One setting as one source provides it. */
export interface Entry {
  readonly known: KnownKey;
  readonly raw: Raw;
  /** As it is spelled there. */
  readonly name: string;
  readonly source: string;
  readonly line: number | null;
}

/** The contents of one source. Problems prevent the start, warnings do not. */
export interface Layer {
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** False when nothing is known of what it was to say: then nothing else is concluded either. */
  readonly isReadable: boolean;
}

/** `--port 8080` is `{ port: '8080' }`; a key may have `-` or `_` instead of its dot. */
export function flagLayer(flags: Readonly<Record<string, string>>): Layer {
  const place = { source: COMMAND_LINE, line: null };
  const layer = emptyLayer();
  for (const [name, raw] of Object.entries(flags)) {
    const known = ENV_FILE_SPELLINGS.get(name.replaceAll('-', '_'));
    if (known === undefined) {
      layer.problems.push(unknown(place, name, YAML_SPELLINGS.keys()));
    } else {
      layer.entries.push({ ...place, known, raw, name });
    }
  }
  return layer;
}

/** Variables `VILI_…`. An unknown one is only a warning: another program may use it. */
export function environmentLayer(environment: NodeJS.ProcessEnv): Layer {
  const place = { source: ENVIRONMENT, line: null };
  const layer = emptyLayer();
  for (const [name, raw] of Object.entries(environment)) {
    if (!name.startsWith('VILI_') || raw === undefined || IGNORED_VARIABLES.has(name)) continue;
    const known = VARIABLE_SPELLINGS.get(name);
    if (known === undefined) {
      layer.warnings.push(unknown(place, name, VARIABLE_SPELLINGS.keys()));
    } else {
      layer.entries.push({ ...place, known, raw, name });
    }
  }
  return layer;
}

/** `.env` in base. An unknown key is only a warning: other programs may read that file too. */
export function envFileLayer(base: string): Layer {
  const file = readTextFile(join(base, ENV_FILE));
  if (file.kind === 'missing') return emptyLayer();
  if (file.kind === 'problem') return unreadable(ENV_FILE, file.line, file.text);
  const layer = emptyLayer();
  const { entries, problems } = parseEnvFile(file.text);
  for (const { line, text } of problems) {
    layer.problems.push({ source: ENV_FILE, line, name: '', text });
  }
  for (const { key, value, line } of entries) {
    const place = { source: ENV_FILE, line };
    const known = ENV_FILE_SPELLINGS.get(key);
    if (known === undefined) {
      layer.warnings.push(unknown(place, key, ENV_FILE_SPELLINGS.keys()));
    } else {
      layer.entries.push({ ...place, known, raw: value, name: key });
    }
  }
  return layer;
}

/** `vili.yaml` in base. The file is Vili's own, so an unknown key is a problem. */
export function yamlLayer(base: string): Layer {
  const file = readTextFile(join(base, YAML_FILE));
  if (file.kind === 'missing') return emptyLayer();
  if (file.kind === 'problem') return unreadable(YAML_FILE, file.line, file.text);
  const layer = emptyLayer();
  const { entries, problems, isReadable } = parseYamlFile(file.text);
  layer.isReadable = isReadable;
  for (const { line, text } of problems) {
    layer.problems.push({ source: YAML_FILE, line, name: '', text });
  }
  const seen = new Map<string, number>();
  for (const found of entries.flatMap((entry) => settingsBelow(entry, ''))) {
    if (!('known' in found)) {
      layer.problems.push(found);
      continue;
    }
    const line = seen.get(found.known.key);
    if (line !== undefined) layer.problems.push(twice(found, line));
    seen.set(found.known.key, found.line ?? 0);
    layer.entries.push(found);
  }
  return layer;
}

// Private

function emptyLayer(): {
  entries: Entry[];
  problems: Problem[];
  warnings: Problem[];
  isReadable: boolean;
} {
  return { entries: [], problems: [], warnings: [], isReadable: true };
}

function unreadable(source: string, line: number | null, text: string): Layer {
  return { ...emptyLayer(), problems: [{ source, line, name: '', text }], isReadable: false };
}

function unknown(
  place: { source: string; line: number | null },
  name: string,
  names: Iterable<string>,
): Problem {
  const near = nearest(name, names);
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
  return { ...place, name: shownName(name), text: `unknown key.${hint}` };
}

/** `readiness: {path: /health}` and `readiness.path: /health` are the same. */
function settingsBelow(entry: YamlEntry, prefix: string): (Entry | Problem)[] {
  const name = `${prefix}${entry.key}`;
  const place = { source: YAML_FILE, line: entry.line };
  const known = YAML_SPELLINGS.get(name);
  // The name of a setting may be that of a group too: `probation`, `probation.rollback`.
  const isGroup = GROUPS.has(name) && entry.value instanceof Map;
  if (known !== undefined && !isGroup) return [{ ...place, known, raw: entry.value, name }];
  if (!GROUPS.has(name)) return [unknown(place, name, [...YAML_SPELLINGS.keys(), ...GROUPS])];
  if (entry.value instanceof Map) {
    return entry.children.flatMap((child) => settingsBelow(child, `${name}.`));
  }
  if (entry.value === '') return [];
  const example = [...YAML_SPELLINGS.keys()].find((key) => key.startsWith(`${name}.`));
  return [
    { ...place, name, text: `is a group of settings, such as ${example}, and takes no value` },
  ];
}

function twice(entry: Entry, line: number): Problem {
  const { source, name } = entry;
  return { source, line: entry.line, name, text: `is set twice, first in line ${line}` };
}
