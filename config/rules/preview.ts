import type { SchemaSettings } from '../schema.ts';
import { type Finding, problemIf, warningIf } from './finding.ts';
import { OWN_HEADERS } from './own-headers.ts';

/** A shorter token can be guessed. */
const TOKEN_MIN_CHARACTERS = 16;
/** What a header and a cookie can both carry. */
const TOKEN = /^[A-Za-z0-9._~+/=-]+$/;

/** Who may see the version under test: a token that can be sent, and not in a place that requests need. */
export function previewRules({ preview, mirror }: SchemaSettings): Finding[] {
  const { token, header, cookie, unsafe } = preview;
  const isOn = token !== '';
  const name = header.toLowerCase();
  const mark = mirror.header.toLowerCase();
  return [
    ...problemIf(
      isOn && !TOKEN.test(token),
      'preview.token',
      'has a character that not every header and cookie can carry: take letters, digits and . _ ~ + / = -',
    ),
    ...problemIf(
      isOn && token.length < TOKEN_MIN_CHARACTERS,
      'preview.token',
      `is shorter than ${TOKEN_MIN_CHARACTERS} characters and can be guessed`,
    ),
    ...problemIf(
      OWN_HEADERS.includes(name),
      'preview.header',
      'is a header that requests need themselves',
    ),
    ...problemIf(
      name === mark || name === `${mark}-token`,
      'preview.header',
      'marks copies, see {mirror.header}',
    ),
    ...warningIf(!isOn && cookie !== null, 'preview.cookie', 'has no effect without preview.token'),
    ...warningIf(!isOn && unsafe, 'preview.unsafe', 'has no effect without preview.token'),
  ];
}
