import { SECTIONS } from './schema.ts';
import { KNOWN_KEYS, type KnownKey } from './sources/keys.ts';
import { ENV_FILE, IGNORED_VARIABLES, YAML_FILE } from './sources/layers.ts';

const DO_NOT_EDIT = 'Written by `npm run docs` from the schema in `config/schema`; do not edit.';
const COMMENT_COLUMNS = 98;

/** The page `docs/configuration.md`. */
export function renderReference(): string {
  const sections = SECTIONS.map(({ title }) => {
    const rows = keysOf(title).map(tableRow);
    return [
      `## ${title}`,
      '',
      '| key | in `.env` | in the environment | default | meaning |',
      '|---|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return `${[introduction(), ...sections, formats()].join('\n\n')}\n`;
}

/** The example `config/vili.yaml`: every setting with its meaning and default, commented out. */
export function renderExample(): string {
  const sections = SECTIONS.map(({ title }) => {
    const lines = keysOf(title).map(exampleLines);
    return [`# ---- ${title}`, ...lines].join('\n\n');
  });
  const head = [
    `# Settings of Vili: copy this file to ${YAML_FILE} in the base folder and change what you need.`,
    '# Every line that is commented out shows the default. Keys may also be nested by their dots.',
    `# ${DO_NOT_EDIT}`,
  ].join('\n');
  return `${[head, ...sections].join('\n\n')}\n`;
}

// Private

function introduction(): string {
  const ignored = [...IGNORED_VARIABLES].map((name) => `\`${name}\``).join(', ');
  return `# Configuration

${DO_NOT_EDIT}

A setting is taken from the first of these that has it:

1. the command line: \`--set key=value\`, \`--port\`;
2. the environment: \`VILI_\` and the key in upper case, \`_\` for each dot;
3. \`${ENV_FILE}\` in the base folder: the key with \`_\` for each dot (or with its dots), read exactly as
   the Go program read it;
4. \`${YAML_FILE}\` in the base folder: the key with its dots, or nested;
5. the default.

An empty value counts as not set, except for texts, names and paths, where it means none. A wrong value
stops Vili before anything is started, with all problems told at once and exit code 2. An unknown key is
a problem in \`${YAML_FILE}\` and on the command line; in \`${ENV_FILE}\` and in the environment it is a
warning, since others may use them too (${ignored}
are no settings). Files are UTF-8 text up to 256 KiB. Settings marked *secret* are never shown.`;
}

function tableRow({ key, envFileName, variable, setting }: KnownKey): string {
  const names = [envFileName, ...setting.aliases].map((name) => `\`${name}\``).join(', ');
  const standard = setting.required ? 'required' : code(setting.written);
  const cells = [`\`${key}\``, names, `\`${variable}\``, standard, meaning(setting, '*')];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function meaning(setting: KnownKey['setting'], emphasis: string): string {
  const { doc, min, max, sensitive, superseded, kind } = setting;
  const notes = [
    ...(kind.name === 'word' ? [`one of ${kind.example}`] : []),
    ...(min !== undefined && max !== undefined ? [`${min} to ${max}`] : []),
    ...(min !== undefined && max === undefined ? [`at least ${min}`] : []),
    ...(min === undefined && max !== undefined ? [`at most ${max}`] : []),
    ...(sensitive ? ['secret'] : []),
    ...(superseded === undefined ? [] : [`superseded by \`${superseded}\``]),
  ];
  return notes.length === 0 ? doc : `${doc} ${emphasis}(${notes.join('; ')})${emphasis}`;
}

function formats(): string {
  const kinds = new Map(KNOWN_KEYS.map(({ setting }) => [setting.kind.name, setting.kind]));
  const rows = [...kinds.values()]
    .filter(({ name }) => name !== 'word')
    .map(({ name, example }) => {
      const keys = KNOWN_KEYS.filter(({ setting }) => setting.kind.name === name);
      const used = keys.map(({ key }) => `\`${key}\``).join(', ');
      return `| ${name} | ${code(example).replaceAll('|', '\\|')} | ${used} |`;
    });
  return [
    '## How values are written',
    '',
    'A list is a yaml list, or text with commas between the items; `none` is the empty list.',
    '',
    '| kind | written like | settings |',
    '|---|---|---|',
    ...rows,
  ].join('\n');
}

function exampleLines({ key, setting }: KnownKey): string {
  const value = setting.written === '' ? '' : ` ${yamlText(setting.written)}`;
  const line = setting.required ? `${key}: ${setting.kind.example}` : `# ${key}:${value}`;
  return [...wrap(meaning(setting, '')).map((text) => `# ${text}`), line].join('\n');
}

/** Quoted where yaml would read more than text into it. */
function yamlText(written: string): string {
  return /^[\w./-][\w./ ,%-]*$/.test(written) ? written : JSON.stringify(written);
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > COMMENT_COLUMNS) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function keysOf(title: string): readonly KnownKey[] {
  return KNOWN_KEYS.filter(({ section }) => section === title);
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}
