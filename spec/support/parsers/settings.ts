import * as fc from 'fast-check';
import { type Format, FormatError, type Raw } from '../../../config/formats.ts';
import { SECTIONS } from '../../../config/schema.ts';
import { isSetting } from '../../../config/schema/setting.ts';
import { parseEnvFile } from '../../../config/sources/env-file.ts';
import { parseYamlFile } from '../../../config/sources/yaml-file.ts';
import { parseJsonPath } from '../../../lib/compare/json/path.ts';
import { texts } from './inputs.ts';
import { hasCode, must, mustEqual, type Parser } from './parser.ts';

const ENV_WORDS = [
  'a',
  'port',
  '=',
  ':',
  '"',
  "'",
  '\\',
  '\n',
  '\r',
  '#',
  ' ',
  '$',
  '{',
  '}',
  '$A',
  'export ',
];
const ENVS = ['port="8080"\nidentifier=shop # a\n', "export A='b'\nB=${A}\\n\n", 'x: "a\nb"\n'];
const YAML_WORDS = [
  'a',
  ': ',
  '\n',
  '  ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '&a ',
  '*a',
  '!!x ',
  '|',
  '>',
  '"',
  "'",
  '#',
  '\t',
  '? ',
  '---\n',
];
const YAMLS = [
  'port: 8080\nmirror:\n  methods: [GET, "HEAD"]\n',
  'a: &x [1]\nb: *x\n',
  'a: |\n  b\n',
];
const PATHS = ['$.items[].price', '$["a b"].c', '$..name', '$.*[*]..x'];
/** How many times the text may be expanded: a variable may hold all text before it. */
const VALUES_PER_TEXT = 64;

/** Every kind of value of every setting, by its name. */
const FORMATS: ReadonlyMap<string, Format<unknown, never>> = new Map(
  SECTIONS.flatMap(({ settings }) => formatsIn(settings)),
);
const VALUE_WORDS = [
  '1',
  '0',
  '9',
  '.',
  '-',
  '+',
  'e',
  '%',
  'ms',
  's',
  'm',
  'h',
  'd',
  'KiB',
  'GB',
  ' ',
  ',',
  ';',
  ':',
  '/',
  '*',
  '{',
  '}',
  '[',
  ']',
  '"',
  '=',
  '$',
  'GET',
  'on',
  'off',
  'none',
  '\n',
  '∞',
];
const EXAMPLES = [...FORMATS.values()].flatMap(({ example }) => example.split(', '));

const value = texts(VALUE_WORDS, EXAMPLES);
const raw: fc.Arbitrary<Raw> = fc.oneof(
  { weight: 8, arbitrary: value },
  { weight: 1, arbitrary: fc.array(value, { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.dictionary(value, value, { maxKeys: 3 }).map(mapOf) },
);

const env: Parser<string> = {
  name: '.env files',
  inputs: texts(ENV_WORDS, ENVS),
  parse: (text) => {
    const { entries, problems } = parseEnvFile(text);
    const lines = text.split('\n').length;
    must(problems.length <= lines, 'it has more problems than lines');
    for (const { line } of [...entries, ...problems])
      must(line >= 1 && line <= lines, 'no such line');
    const longest = Math.max(0, ...entries.map((entry) => entry.value.length));
    must(longest <= text.length * VALUES_PER_TEXT + 100, `a value has ${longest} characters`);
  },
};

const yaml: Parser<string> = {
  name: 'vili.yaml',
  inputs: texts(YAML_WORDS, YAMLS),
  parse: (text) => {
    const { entries, problems, isReadable } = parseYamlFile(text);
    if (!isReadable) mustEqual(entries, [], 'a file that is no yaml has entries');
    for (const { line, column } of problems) must(line >= 1 && column >= 1, 'no such place');
    must(JSON.stringify(entries, withMaps).length <= text.length * 50 + 1000, 'out of proportion');
  },
};

const values: Parser<readonly [string, Raw]> = {
  name: 'values of settings: durations, sizes, shares, patterns, rules',
  inputs: fc.tuple(fc.constantFrom(...FORMATS.keys()), raw),
  parse: ([name, written]) => {
    const format = FORMATS.get(name);
    const read = format?.parse(written);
    must(format?.holds(read) === true, `${name} reads a value that it does not hold`);
    must(!Number.isNaN(read) && Math.abs(Number(read) || 0) < Number.MAX_SAFE_INTEGER, 'no number');
  },
  mayThrow: (error) => error instanceof FormatError,
};

const jsonPaths: Parser<readonly [string, readonly (string | null)[]]> = {
  name: 'JSON paths',
  inputs: fc.tuple(
    texts(['$', '.', '..', '.*', '[]', '[*]', '["a"]', 'a', '..a', '"', '\\', '-'], PATHS),
    fc.array(fc.constantFrom('a', 'price', 'items', null), { maxLength: 30 }),
  ),
  parse: ([path, place]) => void parseJsonPath(path)(place),
  mayThrow: hasCode('VILI_JSON_PATH'),
};

export const SETTING_PARSERS = { env, yaml, values, jsonPaths };

// Private

function formatsIn(group: object): [string, Format<unknown, never>][] {
  return Object.values(group).flatMap((node: object) => {
    if (!isSetting(node)) return formatsIn(node);
    return [[node.kind.name, node.kind as unknown as Format<unknown, never>]];
  });
}

function mapOf(record: Readonly<Record<string, string>>): ReadonlyMap<string, Raw> {
  return new Map(Object.entries(record));
}

function withMaps(_: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}
