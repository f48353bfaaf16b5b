/**
 * Stands for a masked value until the whole text is searched: a control character, so that no later
 * step takes it for a bracket or a word.
 */
export const MARK = '\u0001';

/** The beginnings `{"`, `{ ` and `{` with a line break, in base64: of a JSON web token and the like. */
const WEB_TOKEN =
  /(?<![A-Za-z0-9])(?:eyJ[\w-]{8,}|(?:eyA|ewo|ew0|ewk)[\w-]{8,}\.)(?:[\w-]|\.(?=[\w.-]))*/g;
/** Keys whose issuers made them recognizable. */
const ISSUED = new RegExp(
  `(?<![A-Za-z0-9])(?:${[
    String.raw`[spr]k_(?:live|test)_[A-Za-z0-9]{8,}`,
    String.raw`gh[pousr]_[A-Za-z0-9]{16,}`,
    String.raw`github_pat_\w{16,}`,
    String.raw`gl(?:pat|rt|ptt)-[\w-]{16,}`,
    String.raw`xox[abeoprs]-[\w-]{8,}`,
    String.raw`A[KS]IA[A-Z0-9]{16}`,
    String.raw`AIza[\w-]{30,}`,
    String.raw`ya29\.[\w-]{10,}`,
    String.raw`npm_[A-Za-z0-9]{30,}`,
    String.raw`SG\.[\w-]{10,}\.[\w-]{10,}`,
    String.raw`hv[sb]\.[\w-]{20,}`,
    String.raw`sk-(?:(?:proj|ant|svcacct)-)?[A-Za-z0-9]{20,}[\w-]*`,
    String.raw`shp(?:at|ss|ca)_[\da-fA-F]{32}`,
  ].join('|')})`,
  'g',
);
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]{0,40}PRIVATE KEY[^]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g;
const SHORTEST_SHAPE = 11;

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** A word or words, perhaps with a number: `NOT_FOUND`, `validation.failed`, `SKU-12345`. */
const ORDINARY = /^\p{L}+(?:[-_. /:]\p{L}+){0,11}[-_]?\d{0,5}$/u;
const SHORTEST_UNSURE = 6;
const LONGEST_ORDINARY = 60;
const SHORTEST_OPAQUE = 16;
const OPAQUE = /^(?=[^\d]*\d)(?=[^A-Za-z]*[A-Za-z])[\w.~+/=%-]+$/;

/** The text without what is a credential by its form, wherever it stands. */
export function maskShapes(text: string): string {
  if (text.length < SHORTEST_SHAPE) return text;
  return text.replace(PRIVATE_KEY, MARK).replace(WEB_TOKEN, MARK).replace(ISSUED, MARK);
}

/** Letters and digits mixed, long, and no UUID: a key rather than an identifier. */
export function isOpaque(value: string): boolean {
  return value.length >= SHORTEST_OPAQUE && OPAQUE.test(value) && !UUID.test(value);
}

/** Whether the value of a name that may mean something else is one that anybody may read. */
export function isOrdinary(value: string): boolean {
  if (value.length < SHORTEST_UNSURE) return true;
  return value.length <= LONGEST_ORDINARY && ORDINARY.test(value);
}

/** In a URL such a name is the credential of a login, however it reads, unless it is very short. */
export function isOrdinaryInUrl(value: string): boolean {
  return value.length < SHORTEST_UNSURE;
}

/** Values that no credential has. */
export function isNoSecret(value: string): boolean {
  return value.length < 10 && /^(?:true|false|null|undefined|none|nil|\*+|-*)$/i.test(value);
}
