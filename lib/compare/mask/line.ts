import { stripVTControlCharacters } from 'node:util';
import { MASKED } from '../json/parse.ts';
import { maskJson } from './json.ts';
import { ALWAYS_MASKED, createMask, type MaskSettings } from './mask.ts';

/** The last name of a path: `token` of `$.user.token`, `$..token[]`, `$["token"]`. */
const LAST_NAME = /\.([\p{L}_$][\p{L}\p{N}_$-]*)(?:\[\*?\])*$/u;
const LAST_QUOTED = /\[("(?:[^"\\]|\\.)*")\](?:\[\*?\])*$/;
/** Credentials are recognized by the preceding word, wherever they occur. */
const CREDENTIALS = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;

/** The end of a list or a map is unknown, so everything that follows is masked. */
const NESTED = String.raw`[\[{(][^\n]*`;
/** A string within a string, up to the quote that is escaped as often as its first. */
const ESCAPED = String.raw`(?<escape>\\+)"(?:(?!(?<!\\)\k<escape>")[^])*(?:\k<escape>")?`;

/** The log line without secrets; null for a line that cannot be searched reliably. */
export type LineMask = (line: string) => string | null;

/**
 * Masks log lines by the rules for responses. A line may contain bodies, headers and parameters in
 * any place, so the last name of a masked path and the name of a masked header apply everywhere: as
 * the key of a JSON line, and before `=` or `:` in a text. Everything that follows a masked header
 * in a text is masked. Throws ViliError `VILI_JSON_PATH` for an invalid path.
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

/** A name, what may separate it from its value, and the value. */
function named(names: readonly string[], value: string): RegExp {
  const any = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|');
  const begin = String.raw`(?:(?<![\w$])|(?<=%[\da-f]{2}))`;
  const between = String.raw`(?:\\*["'])?\s*(?:[=:]>?|%3[AD])\s*`;
  return new RegExp(`(${begin}(?:${any})${between})${value}`, 'giu');
}
