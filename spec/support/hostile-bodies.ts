import { gzipSync } from 'node:zlib';

const MIB = 1_048_576;
const BOMB_BYTES = 40 * MIB;
const JSON_TYPE = { 'content-type': 'application/json' };
const GZIP_TYPE = { ...JSON_TYPE, 'content-encoding': 'gzip' };

/** A response that is expensive to read. */
export interface HostileResponse {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Text of about `size` characters; another letter makes another response. */
type Making = (letter: string, size: number) => string;

const JSON_KINDS: Readonly<Record<string, Making>> = {
  '10k-deep': (letter) => `${'['.repeat(10_000)}"${letter}"${']'.repeat(10_000)}`,
  'open-brackets': (letter, size) => `${'['.repeat(size - 2)}"${letter}`,
  'open-objects': (letter, size) => `${'{"a":'.repeat(size / 5 - 1)}"${letter}`,
  'tiny-values': (letter, size) => `[${'1,'.repeat(size / 2 - 8)}"${letter}"]`,
  'tiny-objects': (letter, size) => `[${'{},'.repeat(size / 3 - 8)}"${letter}"]`,
  'all-values': (letter, size) => `[${`"${letter}",`.repeat(size / 4 - 8)}0]`,
  'many-keys': (letter, size) => `{${manyKeys(letter, size / 13)}}`,
  // Each `%40` could be the at sign of an e-mail address.
  'huge-key': (letter, size) => `{"${'%40'.repeat(size / 3 - 8)}${letter}":1}`,
  'long-number': (letter) => `{"n":${'7'.repeat(100_000)}${letter.charCodeAt(0) % 10}}`,
  'long-numbers': (letter, size) => `[${`${'8'.repeat(19)},`.repeat(size / 20 - 2)}"${letter}"]`,
  'long-exponent': (letter) => `{"n":1e${'9'.repeat(500)},"__proto__":{"${letter}":1}}`,
  'escaped-text': (letter, size) => `"${'\\"'.repeat(size / 2 - 8)}${letter}"`,
  'not-utf8': (letter) => `{"\u00ff\u00fe":"${letter}"}`,
  '20-fields': (letter) => JSON.stringify(twentyFields(letter)),
};

const OTHER_KINDS: Readonly<Record<string, (letter: string, size: number) => HostileResponse>> = {
  'gzip-bomb': (letter) => gzipped(Buffer.alloc(BOMB_BYTES, letter)),
  'gzip-json': (letter, size) => gzipped(Buffer.from(jsonOf('tiny-values', letter, size))),
  'not-gzip': (letter) => ({ headers: GZIP_TYPE, body: Buffer.from(letter) }),
  '10-megabytes': (letter) => ({ headers: {}, body: Buffer.alloc(10_000_000, letter) }),
  // The spaces are within the value, where no reader strips them.
  'spaced-header': (letter) => ({
    headers: { 'content-type': `application/json${' '.repeat(40_000)}${letter}` },
    body: Buffer.from('1'),
  }),
};

export const HOSTILE_KINDS: readonly string[] = [
  ...Object.keys(JSON_KINDS),
  ...Object.keys(OTHER_KINDS),
];

/** `size` in bytes, for the kinds that can have any size. */
export function hostileResponse(kind: string, letter: string, size: number): HostileResponse {
  const other = OTHER_KINDS[kind];
  if (other !== undefined) return other(letter, size);
  return { headers: JSON_TYPE, body: Buffer.from(jsonOf(kind, letter, size), 'latin1') };
}

// Private

function jsonOf(kind: string, letter: string, size: number): string {
  const make = JSON_KINDS[kind];
  if (make === undefined) throw new Error(`no response is known for ${kind}`);
  return make(letter, size);
}

function gzipped(body: Buffer): HostileResponse {
  return { headers: GZIP_TYPE, body: gzipSync(body, { level: 1 }) };
}

function manyKeys(letter: string, count: number): string {
  const keys = Array.from({ length: count }, (_, at) => `"${letter}${at.toString(36)}k":${at % 9}`);
  return keys.join();
}

/** All values, and half of the names, differ from those of another letter. */
function twentyFields(letter: string): Record<string, string> {
  const entries = Array.from({ length: 40 }, (_, at) => [
    `${at < 20 ? 'kept' : letter}_field_with_a_long_name_${at}`,
    `${letter} `.repeat(20),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
