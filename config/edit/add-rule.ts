import { join } from 'node:path';
import { BadRequestError, ConflictError } from '../../lib/errors.ts';
import { choose } from '../choice.ts';
import type { SettingsSources } from '../load.ts';
import {
  ENV_FILE,
  type Entry,
  environmentLayer,
  envFileLayer,
  flagLayer,
  YAML_FILE,
  yamlLayer,
} from '../sources/layers.ts';
import { MAX_FILE_BYTES, readTextFile } from '../sources/text-file.ts';
import { editEnv } from './env-edit.ts';
import type { Edited } from './edited.ts';
import { editYaml } from './yaml-edit.ts';

const KEY = 'compare.rules';
const ENV_NAME = 'compare_rules';

export interface AddedRule extends Edited {
  /** `.env` or `vili.yaml`. */
  readonly file: string;
  readonly path: string;
  /** The whole file as it is now; null where there is none. */
  readonly old: string | null;
}

/**
 * The settings file with one more rule, where it takes effect: in the source that has the rules now, else in `vili.yaml`
 * if there is one, else in `.env`. Nothing is written. Throws ConflictError where a source that is no file outranks both
 * or has the rule already, BadRequestError for what cannot be written.
 */
export function addRule(
  { base, environment, flags }: SettingsSources,
  rule: string,
  comment: string,
): AddedRule {
  const layers = [
    flagLayer(flags),
    environmentLayer(environment),
    envFileLayer(base),
    yamlLayer(base),
  ];
  const entry = choose(layers).entries.get(KEY) ?? null;
  const file =
    entry?.source ?? (readTextFile(join(base, YAML_FILE)).kind === 'text' ? YAML_FILE : ENV_FILE);
  if (file !== ENV_FILE && file !== YAML_FILE) {
    const text = `${KEY} is set by the ${file} (${entry?.name}), which outranks both files: add the rule there: ${rule}`;
    throw new ConflictError(text);
  }
  const path = join(base, file);
  const found = readTextFile(path);
  if (found.kind === 'problem') throw new ConflictError(`${file} ${found.text}`);
  const source = found.kind === 'text' ? found.text : '';
  const rules = rulesOf(entry);
  if (rules.includes(rule)) throw new ConflictError(`${file} has this rule already: ${rule}`);
  const edited =
    file === ENV_FILE
      ? editEnv(
          source,
          entry && { key: entry.name, line: entry.line ?? 0 },
          ENV_NAME,
          [...rules, rule].join('; '),
          comment,
        )
      : editYaml(source, entry?.line ?? null, rules.join('; '), rule, comment);
  if (edited === null || Buffer.byteLength(edited.text) > MAX_FILE_BYTES) {
    const text = `the rule cannot be added to ${file} so that it is read back the same; write it by hand: ${rule}`;
    throw new BadRequestError(text);
  }
  return { ...edited, file, path, old: found.kind === 'text' ? found.text : null };
}

// Private

function rulesOf(entry: Entry | null): readonly string[] {
  const raw = entry?.raw ?? '';
  const items = typeof raw === 'string' ? raw.split(/[;\n]/) : Array.isArray(raw) ? raw : [];
  const texts = items.map((item) => String(item).trim()).filter((item) => item !== '');
  return texts.length === 1 && texts[0] === 'none' ? [] : texts;
}
