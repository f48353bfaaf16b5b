import {
  CONTAINED,
  ENDINGS,
  HARMLESS_TAILS,
  OPAQUE_ENDINGS,
  OPAQUE_NAMES,
  PAGING_WORDS,
  PLAIN_NAMES,
  SECRET_HEADERS,
  SHORT_NAMES,
  VALUE_TAILS,
} from './word-lists.ts';

/**
 * What a name says about the value that follows it. `line`: a header, so all that follows is secret;
 * `secret`: the value is; `unsure`: it is, unless it reads like an ordinary word; `opaque`: only
 * if it looks like a key.
 */
export type NameKind = 'line' | 'secret' | 'unsure' | 'opaque';

/** Compares names without case, separators, accents and a number at the end. */
export interface Names {
  kindOf(name: string): NameKind | null;
  /** The same for a name that is a header. */
  kindOfHeader(name: string): NameKind | null;
}

/** A name without any of these is none of a credential. */
const STEMS = [
  CONTAINED,
  ENDINGS,
  [...PLAIN_NAMES],
  [...SHORT_NAMES],
  [...OPAQUE_NAMES],
  OPAQUE_ENDINGS,
  ['jwt'],
].flat();
/** More of a name says nothing, and names come from outside. */
const MAX_LENGTH = 200;
const MAX_ESCAPED_LENGTH = 1200;
const MAX_CACHED = 2000;
const MAX_CACHED_LENGTH = 64;

export function createNames(headers: readonly string[], fields: readonly string[]): Names {
  const lines = new Set([...SECRET_HEADERS, ...headers.map(plainName)]);
  const own = new Set(fields.map(plainName));
  const known = new RegExp([...STEMS, ...lines, ...own].join('|'), 'u');
  const cached = new Map<string, NameKind | null>();
  const classify = (name: string): NameKind | null => {
    const plain = plainName(name);
    if (lines.has(plain)) return 'line';
    if (own.has(plain)) return 'secret';
    // Most names end here.
    if (!known.test(plain)) return null;
    const parts = partsOf(name);
    for (const part of parts) if (own.has(plainName(part))) return 'secret';
    let found: NameKind | null = null;
    for (const part of parts) {
      const kind = lines.has(plainName(part)) ? 'line' : kindOfWords(wordsOf(part));
      if (kind === 'line' || kind === 'secret') return kind;
      found = kind ?? found;
    }
    return found;
  };
  const kindOf = (name: string): NameKind | null => {
    const found = cached.get(name);
    if (found !== undefined) return found;
    const kind = classify(decodedName(name.slice(-MAX_ESCAPED_LENGTH)).slice(-MAX_LENGTH));
    if (name.length <= MAX_CACHED_LENGTH && cached.size < MAX_CACHED) cached.set(name, kind);
    return kind;
  };
  return {
    kindOf,
    kindOfHeader: (name) => {
      const kind = kindOf(name);
      return kind === 'secret' ? 'line' : kind;
    },
  };
}

/** A name without case, separators and accents: `api-key`, `apiKey` and `API_KEY` are the same. */
export function plainName(name: string): string {
  if (/^[a-z\d]*$/.test(name)) return name;
  return name
    .slice(-MAX_LENGTH)
    .normalize('NFKD')
    .replace(/[^\p{L}\p{N}]/gu, '')
    .toLowerCase();
}

/** The keys of a name of forms: `user[card][][number]` is at `user`, `card`, any index, `number`. */
export function placeOf(name: string): (string | null)[] {
  const [first = '', ...rest] = name.split('[');
  return [first, ...rest.map((part) => part.replace(/\].*/su, '') || null)];
}

// Private

/** What the name was before it was escaped in a URL or a JSON text. */
function decodedName(name: string): string {
  if (!name.includes('%') && !name.includes('\\')) return name;
  return name.replace(/%([\da-f]{2})|\\u([\da-f]{4})/gi, (_, byte?: string, unit?: string) =>
    String.fromCharCode(Number.parseInt(byte ?? unit ?? '', 16)),
  );
}

/** The parts in brackets, and the last part between dots: `user[password]`, `a.b.password`. */
function partsOf(name: string): string[] {
  const parts = name.split(/[[\]]/).map((part) => {
    const last = part.slice(part.lastIndexOf('.') + 1);
    // `token.value` is no other value.
    return VALUE_TAILS.has(last) ? part.split('.').slice(-2).join('_') : last;
  });
  return parts.filter((part) => part !== '');
}

function wordsOf(name: string): string[] {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/(\p{Ll}|\p{N})(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '' && !/^\d+$/.test(word));
}

function kindOfWords(written: readonly string[]): NameKind | null {
  // `X-Session` is `Session`.
  const words = written.length > 1 && written[0] === 'x' ? written.slice(1) : written;
  const plain = words.join('').replace(/(?<!\d)\d+$/, '');
  if (PLAIN_NAMES.has(plain) || words.some((word) => word === 'jwt')) return 'secret';
  if (SHORT_NAMES.has(plain)) return 'unsure';
  for (const part of CONTAINED) {
    const at = plain.lastIndexOf(part);
    if (at !== -1) return HARMLESS_TAILS.has(plain.slice(at + part.length)) ? null : 'secret';
  }
  if (hasEnding(plain)) return isPaging(plain) ? null : 'secret';
  const tail = words.at(-1) ?? '';
  if (VALUE_TAILS.has(tail) && words.length > 1) return kindOfWords(words.slice(0, -1));
  // In capitals the words are not told apart: `TOKENVALUE`.
  if (words.length === 1 && hasEnding(withoutTail(plain))) return 'secret';
  const isOpaque = OPAQUE_NAMES.has(plain) || OPAQUE_ENDINGS.some((it) => plain.endsWith(it));
  return isOpaque ? 'opaque' : null;
}

function hasEnding(plain: string): boolean {
  return ENDINGS.some((ending) => plain.endsWith(ending));
}

function withoutTail(plain: string): string {
  for (const tail of VALUE_TAILS) {
    if (plain.endsWith(tail)) return plain.slice(0, plain.length - tail.length);
  }
  return plain;
}

/** `next_page_token` says where a list goes on. */
function isPaging(plain: string): boolean {
  return PAGING_WORDS.some((word) => plain.endsWith(`${word}token`));
}
