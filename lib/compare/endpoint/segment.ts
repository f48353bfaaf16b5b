/** A segment longer than this is an identifier, whatever it looks like. */
const LONG_SEGMENT_LENGTH = 64;

const IDENTIFIERS: readonly RegExp[] = [
  // Numbers.
  /^[+-]?\d+$/,
  // UUID of any version.
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  // ULID: Crockford's base 32, the first character at most 7.
  /^[0-7][0-9a-hjkmnp-tv-z]{25}$/i,
  // Hexadecimal of eight digits and more, also with a prefix: hashes, object ids.
  /^(?:0x)?[0-9a-f]{8,}$/i,
  // Dates, with or without a time: 2024-01-31, 2024-01-31T10:00:00Z.
  /^\d{4}-\d{2}(?:-\d{2}(?:[T_ ]|%20)?[\d:.%aA]*(?:Z|[+-]\d{2}:?\d{2})?)?$/,
  // E-mail addresses, the sign at times percent-encoded.
  /^[^\s@]+(?:@|%40)[^\s@]+\.[a-z]{2,}$/i,
  // Long base64 or base64url: lower case, upper case and a digit, unlike words joined by dashes.
  /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9_+-]{20,}(?:=|%3D){0,2}$/,
];

/**
 * The template of one path segment: `{id}` for an identifier, the segment itself otherwise. Parts
 * between dots are looked at one by one (`42.json` is `{id}.json`); matrix parameters are left out.
 */
export function segmentTemplate(segment: string): string {
  if (segment.length > LONG_SEGMENT_LENGTH) return '{id}';
  const semicolon = segment.indexOf(';');
  const plain = semicolon === -1 ? segment : segment.slice(0, semicolon);
  if (isIdentifier(plain)) return '{id}';
  if (!plain.includes('.')) return plain;
  return plain
    .split('.')
    .map((part) => (isIdentifier(part) ? '{id}' : part))
    .join('.');
}

/** A number, UUID, hash, date, e-mail address or the like: no name. */
export function isIdentifier(text: string): boolean {
  // Every form above has a digit, an at sign or eight letters of a to f: most words end here.
  if (text.length < 8 && !/\d/.test(text) && !text.includes('@')) return false;
  return IDENTIFIERS.some((pattern) => pattern.test(text));
}
