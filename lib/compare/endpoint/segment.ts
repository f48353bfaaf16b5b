/** A segment longer than this is an identifier, whatever its form. */
const LONG_SEGMENT_LENGTH = 64;

const IDENTIFIERS: readonly RegExp[] = [
  // Numbers.
  /^[+-]?\d+$/,
  // UUID of any version.
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  // ULID: Crockford's base 32, the first character at most 7.
  /^[0-7][0-9a-hjkmnp-tv-z]{25}$/i,
  // Hexadecimal of eight digits or more, with or without a prefix: hashes, object ids.
  /^(?:0x)?[0-9a-f]{8,}$/i,
  // Dates, with or without a time: 2024-01-31, 2024-01-31T10:00:00Z.
  /^\d{4}-\d{2}(?:-\d{2}(?:[T_ ]|%20)?[\d:.%aA]*(?:Z|[+-]\d{2}:?\d{2})?)?$/,
  // E-mail addresses, with the at sign plain or percent-encoded.
  /^[^\s@]+(?:@|%40)[^\s@]+\.[a-z]{2,}$/i,
  // Long base64 or base64url: lower case, upper case and a digit, unlike words joined by dashes.
  /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9_+-]{20,}(?:=|%3D){0,2}$/,
];

/**
 * The template of one path segment: `{id}` for an identifier, otherwise the segment itself. Parts
 * between dots are classified one by one (`42.json` becomes `{id}.json`); matrix parameters are
 * dropped.
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

/** True for a number, UUID, hash, date, e-mail address or the like: anything but a name. */
export function isIdentifier(text: string): boolean {
  // Every form above has a digit, an at sign or eight letters from a to f: most words end here.
  if (text.length < 8 && !/\d/.test(text) && !text.includes('@')) return false;
  return IDENTIFIERS.some((pattern) => pattern.test(text));
}
