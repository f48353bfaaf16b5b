const ESCAPE = '\u001b';
const SINGLE_BYTE_ESCAPE = '\u009b';
/** Codes of a terminal as winston, chalk and zap write them; a collector may have lost the escape. */
// oxlint-disable-next-line no-control-regex -- control characters are what is removed
const CODES = /(?:\u001b\[|\u009b)[\d;:]{0,24}[A-Za-z]/g;
const BARE_CODES = /\[(?:\d{1,3};){0,5}\d{1,3}m/g;

/** A text without the codes by which a terminal colours it. */
export function withoutColours(text: string): string {
  if (!text.includes(ESCAPE) && !text.includes(SINGLE_BYTE_ESCAPE)) return text;
  return text.replace(CODES, '');
}

/** The same for a level, where nothing else in brackets ends in `m`. */
export function withoutColoursOfLevel(text: string): string {
  return text.replace(CODES, '').replace(BARE_CODES, '');
}
