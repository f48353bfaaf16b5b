import type { FlatHeaders } from '../../model/headers.ts';
import { isJsonType, mediaType } from '../content.ts';
import { MASKED } from '../json/parse.ts';
import { type JsonPlace, parseJsonPath } from '../json/path.ts';
import { type MaskedText, maskJson } from './json.ts';

/** Headers that are never kept, whatever the settings say. */
export const ALWAYS_MASKED = ['authorization', 'cookie', 'proxy-authorization', 'set-cookie'];
const FORM_TYPE = 'application/x-www-form-urlencoded';

export interface MaskSettings {
  /** Lower case; besides Authorization, Cookie and Set-Cookie. */
  readonly headers: readonly string[];
  /** JSON paths; they also apply to parameters of queries and forms: `$.token` means `token`. */
  readonly paths: readonly string[];
}

/** Removes secrets from what is kept of requests and responses. */
export interface Mask {
  isMasked(place: JsonPlace): boolean;
  isMaskedHeader(name: string): boolean;
  headers(headers: FlatHeaders): string[];
  /** Path and query. */
  target(target: string): MaskedText;
  /** A decoded body as text; null when it cannot be searched for what is to be masked. */
  body(headers: FlatHeaders, text: string): MaskedText | null;
}

/** Throws ViliError `VILI_JSON_PATH` for an invalid path. */
export function createMask(settings: MaskSettings): Mask {
  const names = new Set([...ALWAYS_MASKED, ...settings.headers]);
  const matchers = settings.paths.map(parseJsonPath);
  const isMasked = (place: JsonPlace) => matchers.some((matches) => matches(place));
  const form = (text: string) => maskForm(text, (name) => isMasked([name]));

  return {
    isMasked,
    isMaskedHeader: (name) => names.has(name.toLowerCase()),
    headers: (headers) =>
      headers.map((part, index) => {
        const name = headers[index - 1];
        const isValue = index % 2 === 1 && name !== undefined;
        return isValue && names.has(name.toLowerCase()) ? MASKED : part;
      }),
    target(target) {
      const at = target.indexOf('?');
      if (at === -1) return { text: target, masked: false };
      const { text, masked } = form(target.slice(at + 1));
      return { text: target.slice(0, at + 1) + text, masked };
    },
    body(headers, text) {
      if (matchers.length === 0 || text === '') return { text, masked: false };
      const type = mediaType(headers);
      if (type === FORM_TYPE) return form(text);
      if (!isJsonType(type) && !/^\s*[[{]/.test(text)) return { text, masked: false };
      return maskJson(text, { isMasked, maskString: (value) => value });
    },
  };
}

// Private

function maskForm(text: string, isMasked: (name: string) => boolean): MaskedText {
  let masked = false;
  const parts = text.split('&').map((part) => {
    const at = part.indexOf('=');
    if (at === -1 || !isMasked(decoded(part.slice(0, at)))) return part;
    masked = true;
    return `${part.slice(0, at + 1)}${MASKED}`;
  });
  return { text: parts.join('&'), masked };
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
