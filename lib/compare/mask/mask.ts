import type { FlatHeaders } from '../../model/headers.ts';
import { MASKED } from '../json/parse.ts';
import { type JsonPlace, type PlaceMatcher, parseJsonPath } from '../json/path.ts';
import { maskBody } from './body.ts';
import { isNamedValue, type MaskedText, maskJson } from './json.ts';
import { createNames, placeOf, plainName } from './names.ts';
import { createTextMask } from './text.ts';
import { maskForm, maskUrl, type UrlMasking } from './url.ts';
import { isNoSecret, isOpaque, isOrdinary, MARK } from './values.ts';

/** The last name of a path: `token` of `$.user.token`, `$..token[]`, `$["token"]`. */
const LAST_NAME = /\.([\p{L}_$][\p{L}\p{N}_$-]*)(?:\[\*?\])*$/u;
const LAST_QUOTED = /\[("(?:[^"\\]|\\.)*")\](?:\[\*?\])*$/;

/** Of a document, so many times as much is searched as is shown of it. */
const SEARCHED_FACTOR = 8;
const USUALLY_KEPT = 65_536;

export interface MaskSettings {
  /** Lower case; besides Authorization, Cookie, Set-Cookie and whatever is named like a credential. */
  readonly headers: readonly string[];
  /** JSON paths; they also apply to parameters of queries and forms: `$.token` means `token`. */
  readonly paths: readonly string[];
}

/** Removes secrets from what is kept of requests, responses and logs. */
export interface Mask {
  /** Whether a value at this place of a document is never shown. */
  isMasked(place: JsonPlace): boolean;
  isMaskedHeader(name: string): boolean;
  /** Whether what an object or a list says beside it makes this value a credential. */
  isNamedValue(parent: object, key: string | number): boolean;
  headers(headers: FlatHeaders): string[];
  /** Path and query. */
  target(target: string): MaskedText;
  /**
   * A body without its content encodings, of which `kept` characters are shown; null when it cannot
   * be searched for what is to be masked.
   */
  body(headers: FlatHeaders, bytes: Buffer, kept?: number): MaskedText | null;
  /** Any other text: a value, the value of a header, a line of a log. */
  text(text: string): string;
}

/**
 * One mask for all shapes. `everywhere`: the last name of a path counts in any place, as in a
 * log line, which may contain bodies. Throws ViliError `VILI_JSON_PATH` for an invalid path.
 */
export function createMask(settings: MaskSettings, everywhere = false): Mask {
  const isPlaced = placesOf(settings.paths);
  const lastNames = settings.paths.flatMap(lastNameOf);
  const inBodies = createNames(settings.headers, everywhere ? lastNames : []);
  const inTexts = createNames(settings.headers, lastNames);
  const isCredential = (name: string): boolean => {
    const kind = inBodies.kindOf(name);
    return kind === 'line' || kind === 'secret' || isPlaced(placeOf(name));
  };
  const isMaskedHeader = (name: string): boolean => {
    const kind = inBodies.kindOf(name);
    return kind === 'line' || kind === 'secret';
  };
  const isMaskedParameter = (name: string) => isPlaced(placeOf(name));
  const document = (text: string, maskString: (value: string) => string, limit?: number) =>
    maskJson(text, { names: inBodies, isMasked: isPlaced, maskString }, limit);
  const textMask = createTextMask({
    names: inTexts,
    isMasked: isMaskedParameter,
    maskDocument: (text, maskString) =>
      /^\s*[[{]/.test(text) ? (document(text, maskString)?.text ?? null) : null,
  });
  const url: UrlMasking = { names: inBodies, isMasked: isMaskedParameter, maskValue: textMask };
  const text = (value: string): string => textMask(value).replaceAll(MARK, MASKED);
  const maskHeaders = (headers: FlatHeaders): string[] =>
    headers.map((part, index) => {
      const name = headers[index - 1];
      if (index % 2 === 0 || name === undefined) return part;
      if (isMaskedHeader(name)) return MASKED;
      return isShownHeader(inBodies.kindOf(name), part) ? text(part) : MASKED;
    });

  return {
    isMasked: (place) =>
      place.some(
        (key, index) =>
          (key !== null && isMaskedHeader(key)) || isPlaced(place.slice(0, index + 1)),
      ),
    isMaskedHeader,
    isNamedValue: (parent, key) => isNamedValue(parent, key, inBodies),
    headers: maskHeaders,
    target(target) {
      const masked = maskUrl(target, url);
      return { text: masked.replaceAll(MARK, MASKED), masked: masked !== target };
    },
    body: (headers, bytes, kept = USUALLY_KEPT) =>
      maskBody(headers, bytes, {
        kept,
        headers: maskHeaders,
        text: textMask,
        form: (form) => maskForm(form, url),
        json: (written) => document(written, textMask, SEARCHED_FACTOR * kept + USUALLY_KEPT),
        isCredential,
      }),
    text,
  };
}

// Private

/**
 * Whether one of the paths matches a place; names count without case and separators. Most places are told by
 * their last name, since this is asked for every value of a document.
 */
function placesOf(paths: readonly string[]): (place: JsonPlace) => boolean {
  const named = new Map<string, PlaceMatcher[]>();
  const others: PlaceMatcher[] = [];
  for (const path of paths) {
    const matches = parseJsonPath(path, plainName);
    const [last] = lastNameOf(path);
    if (last === undefined) others.push(matches);
    else named.set(plainName(last), [...(named.get(plainName(last)) ?? []), matches]);
  }
  // The elements of a list have the same last name.
  let known: string | null = null;
  let plain = '';
  return (place) => {
    const key = place.findLast((it) => it !== null) ?? null;
    if (key !== null && key !== known) {
      known = key;
      plain = plainName(key);
    }
    const matchers = key === null ? undefined : named.get(plain);
    if (matchers === undefined && others.length === 0) return false;
    const plainPlace = place.map((it) => (it === null ? null : plainName(it)));
    return [...(matchers ?? []), ...others].some((matches) => matches(plainPlace));
  };
}

function lastNameOf(path: string): string[] {
  const quoted = LAST_QUOTED.exec(path)?.[1];
  const name = quoted === undefined ? LAST_NAME.exec(path)?.[1] : (JSON.parse(quoted) as string);
  return name === undefined ? [] : [name];
}

function isShownHeader(kind: string | null, value: string): boolean {
  if (isNoSecret(value)) return true;
  return kind === 'unsure' ? isOrdinary(value) : kind !== 'opaque' || !isOpaque(value);
}
