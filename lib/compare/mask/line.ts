import { stripVTControlCharacters } from 'node:util';
import { MASKED } from '../json/parse.ts';
import { maskJson } from './json.ts';
import { ALWAYS_MASKED, createMask, type MaskSettings } from './mask.ts';

/** The last name of a path: `token` of `$.user.token`, `$..token[]`, `$["token"]`. */
const LAST_NAME = /\.([\p{L}_$][\p{L}\p{N}_$-]*)(?:\[\*?\])*$/u;
const LAST_QUOTED = /\[("(?:[^"\\]|\\.)*")\](?:\[\*?\])*$/;
/** Credentials are told by the word before them, whatever they stand in. */
const CREDENTIALS = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;

/** Of a list or a map nobody knows where it ends, so all that follows is masked. */
const NESTED = String.raw`[\[{(][^\n]*`;
/** A text in a text, to the quote that is escaped as often as its first. */
const ESCAPED = String.raw`(?<escape>\\+)"(?:(?!(?<!\\)\k<escape>")[^])*(?:\k<escape>")?`;

/** A log line without secrets; null for one that cannot be looked through for sure. */
export type LineMask = (line: string) => string | null;

/**
 * Masks log lines by the rules of answers. A line holds bodies, headers and parameters in places
 * nobody knows, so the last name of a masked path and the name of a masked header count wherever
 * they stand: as key of a JSON line, before `=` or `:` in a text. Of a header in a text all that
 * follows is masked. Throws ViliError `VILI_JSON_PATH` for a path that is none.
 */
export function createLineMask(settings: MaskSettings): LineMask {
  const mask = createMask(settings);
  const names = new Set(settings.paths.flatMap(lastNameOf).map((name) => name.toLowerCase()));
  const maskText = createTextMask([...ALWAYS_MASKED, ...settings.headers], [...names]);
  const masking = {
    isMasked(place: readonly (string | null)[]) {
      const key = place.at(-1) ?? null;
      const isNamed = key !== null && (names.has(key.toLowerCase()) || mask.isMaskedHeader(key));
      return isNamed || mask.isMasked(place);
    },
    maskString: maskText,
  };
  return (written) => {
    const line = stripVTControlCharacters(written);
    if (!line.startsWith('{')) return maskText(line);
    const found = maskJson(line, masking);
    if (found !== null) return found.text;
    return settings.paths.length === 0 ? maskText(line) : null;
  };
}

// Private

function lastNameOf(path: string): string[] {
  const quoted = LAST_QUOTED.exec(path)?.[1];
  const name = quoted === undefined ? LAST_NAME.exec(path)?.[1] : (JSON.parse(quoted) as string);
  return name === undefined ? [] : [name];
}

function createTextMask(
  headers: readonly string[],
  names: readonly string[],
): (text: string) => string {
  const header = named(headers, String.raw`(?:${NESTED}|\\*["']?[^"'\n]+)`);
  const quoted = String.raw`"(?:[^"\\]|\\.)*"?|'[^']*'?|${ESCAPED}`;
  const value = String.raw`(?:${quoted}|${NESTED}|[^\s,;&)\]}"']+)`;
  const field = names.length === 0 ? null : named(names, value);
  return (coloured) => {
    const text = stripVTControlCharacters(coloured);
    const masked = text.replace(header, `$1${MASKED}`).replace(CREDENTIALS, `$1 ${MASKED}`);
    return field === null ? masked : masked.replace(field, `$1${MASKED}`);
  };
}

/** A name, what may stand between it and its value, the value. */
function named(names: readonly string[], value: string): RegExp {
  const any = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  const begin = String.raw`(?:(?<![\w$])|(?<=%[\da-f]{2}))`;
  const between = String.raw`(?:\\*["'])?\s*(?:[=:]>?|%3[AD])\s*`;
  return new RegExp(`(${begin}(?:${any})${between})${value}`, 'giu');
}
