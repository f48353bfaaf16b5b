import { attempt } from '../errors.ts';

/** Longer texts and values are cut: a single event must not fill a log. */
const MAX_TEXT_CHARS = 16 * 1024;
/**
 * C0, DEL, C1, the Unicode line ends and marks that reverse or hide text: characters that could break a
 * line, control a terminal or show something else than there is.
 */
const CONTROL =
  // oxlint-disable-next-line no-control-regex -- the characters to be replaced
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\\]/g;
/** Those of them that JSON leaves as they are. */
const HIDDEN = /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const NAMED: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
  '\\': '\\\\',
};

/** The first 16 Ki characters, followed by a note if something was cut off. */
export function cutText(text: string): string {
  if (text.length <= MAX_TEXT_CHARS) return text;
  return `${text.slice(0, MAX_TEXT_CHARS)}… (${text.length - MAX_TEXT_CHARS} more characters)`;
}

/** `value` for a JSON line: unchanged, or as a cut text when it exceeds the limit of a text. */
export function cutValue(value: unknown): unknown {
  if (typeof value === 'string') return cutText(value);
  if (typeof value !== 'object' || value === null) return value;
  const text = jsonOf(value);
  return text.length > MAX_TEXT_CHARS ? cutText(text) : value;
}

/** A line of JSON with such characters as escapes, which every reader of JSON turns back. */
export function visibleJson(line: string): string {
  return line.replace(
    HIDDEN,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A line of `vili.log`: time (UTC), level, text, then the fields as `key=value`. */
export function textLine(
  at: string,
  level: string,
  text: string,
  fields: Readonly<Record<string, unknown>>,
): string {
  const parts = Object.entries(fields).map(
    ([key, value]) => ` ${escapeText(key)}=${valueText(value)}`,
  );
  return `${at} ${level.padEnd(7)} ${escapeText(text)}${parts.join('')}\n`;
}

// Private

/** `text` on one line: control characters become `\n`, `\t`, `\x1b`, `\u2028`, a backslash `\\`. */
function escapeText(text: string): string {
  return cutText(text).replace(CONTROL, escapeCharacter);
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  const hex = code.toString(16);
  return NAMED[character] ?? (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex}`);
}

function valueText(value: unknown): string {
  if (typeof value === 'string') {
    const isBare = value.length <= MAX_TEXT_CHARS && /^[\w./:+@%-]+$/.test(value);
    return isBare ? value : `"${escapeText(value).replaceAll('"', '\\"')}"`;
  }
  return escapeText(jsonOf(value));
}

function jsonOf(value: unknown): string {
  return attempt<string | undefined>(() => JSON.stringify(value), undefined) ?? String(value);
}
