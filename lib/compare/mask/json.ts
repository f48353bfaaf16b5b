import { MASKED, parseJson, writeJson } from '../json/parse.ts';
import type { JsonPlace } from '../json/path.ts';

/** Deeper values are masked as a whole. */
const MAX_DEPTH = 200;

export interface MaskedText {
  readonly text: string;
  /** Something was removed, so the text is not what was sent. */
  readonly masked: boolean;
}

/** What is removed from a document. */
export interface JsonMasking {
  isMasked(place: JsonPlace): boolean;
  /** What remains of a string that is not masked as a whole. */
  maskString(value: string): string;
}

/** The document with masked values replaced, otherwise unchanged; null when it is not JSON. */
export function maskJson(text: string, masking: JsonMasking): MaskedText | null {
  const parsed = parseJson(Buffer.from(text));
  if (!parsed.ok) return null;
  let masked = false;
  const note = <T>(before: unknown, after: T): T => {
    masked ||= before !== after;
    return after;
  };
  const walk = (value: unknown, place: (string | null)[]): unknown => {
    if (masking.isMasked(place) || place.length > MAX_DEPTH) return note(value, MASKED);
    if (typeof value === 'string') return note(value, masking.maskString(value));
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one) => walk(one, [...place, null]));
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, walk(one, [...place, key])]),
    );
  };
  const result = walk(parsed.value, []);
  return masked ? { text: writeJson(result), masked } : { text, masked };
}
