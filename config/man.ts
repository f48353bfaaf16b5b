import { roffBold, roffEntry, roffText } from '../lib/text/roff.ts';
import { SECTIONS } from './schema.ts';
import { KNOWN_KEYS, type KnownKey } from './sources/keys.ts';

/** The text of `vili.yaml(5)`: every setting, from the schema. */
export function renderManual(): string {
  const sections = SECTIONS.flatMap(({ title }) => [
    `.SH ${title.toUpperCase()}`,
    ...KNOWN_KEYS.filter(({ section }) => section === title).flatMap(entryOf),
  ]);
  return `${[
    '.\\" Written by npm run docs from the schema of the settings; do not edit.',
    '.TH VILI.YAML 5 "" "Vili" "File Formats"',
    '.SH NAME',
    'vili.yaml \\- settings of Vili',
    '.SH DESCRIPTION',
    roffText(
      'A setting is taken from the command line (--set key=value), else from the environment (VILI_KEY, with _ for each dot), ' +
        'else from .env in the base folder, else from vili.yaml there, else it has its default. `vili check` says what is wrong ' +
        'with them; `vili reload` what of a change counts from when.',
    ),
    ...sections,
    '.SH SEE ALSO',
    `${roffBold('vili')}(1)`,
  ].join('\n')}\n`;
}

// Private

function entryOf({ key, envFileName, setting }: KnownKey): readonly string[] {
  const { doc, min, max, required, written, kind, reload = 'restart' } = setting;
  const facts = [
    required ? 'required' : `default: ${written === '' ? 'none' : written}`,
    ...(kind.name === 'word' ? [`one of ${kind.example}`] : [kind.name]),
    ...(min === undefined ? [] : [`at least ${min}`]),
    ...(max === undefined ? [] : [`at most ${max}`]),
    `in .env: ${envFileName}`,
    `reload: ${reload}`,
  ];
  const plain = doc.replaceAll('`', '');
  return roffEntry(roffBold(key), [roffText(plain), '.br', roffText(`(${facts.join('; ')})`)]);
}
