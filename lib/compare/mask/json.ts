import { jsonType, MASKED, parseJson, writeJson } from '../json/parse.ts';
import type { JsonPlace } from '../json/path.ts';
import { type Names, plainName } from './names.ts';
import { isNoSecret, isOpaque, isOrdinary, MARK } from './values.ts';

/** Deeper values are masked as a whole. */
const MAX_DEPTH = 200;
/** An object that names a field in one member has the value in another: `{name, value}`. */
const NAME_KEYS = new Set(['name', 'key', 'field', 'header', 'param', 'parameter', 'property']);
const VALUE_KEYS = new Set(['value', 'values', 'content', 'text', 'data', 'val', 'v']);
const MAX_NAME_LENGTH = 100;
const MAX_KEY_LENGTH = 12;

export interface MaskedText {
  readonly text: string;
  /** Something was removed, so the text is not what was sent. */
  readonly masked: boolean;
  /** Only the beginning was searched, and is there. */
  readonly cut?: boolean;
}

/** What is removed from a document. */
export interface JsonMasking {
  readonly names: Names;
  /** Whether the operator names this place. */
  isMasked(place: JsonPlace): boolean;
  /** What remains of a string, or of a key, whose place says nothing. */
  maskString(value: string): string;
}

/** The document with masked values replaced, otherwise unchanged; null when it is not JSON. */
export function maskJson(
  text: string,
  masking: JsonMasking,
  maxSearched = Number.POSITIVE_INFINITY,
): MaskedText | null {
  const parsed = parseJson(Buffer.from(text));
  if (!parsed.ok) return null;
  const walk = new Walk(masking, maxSearched);
  const result = walk.value(parsed.value);
  // Of two members of one name the parser knows only the last, so the text has more than was seen.
  const isHidden = walk.members !== membersIn(text);
  if (!walk.masked && !isHidden) return { text, masked: false };
  return { text: writeJson(result), masked: true };
}

/**
 * Whether a value is named by what stands beside it: `{"name": "Authorization", "value": "…"}`, headers as a
 * flat list, or one as a pair: `["Authorization", "…"]`.
 */
export function isNamedValue(parent: object, key: string | number, names: Names): boolean {
  if (!Array.isArray(parent)) {
    const isValue = typeof key === 'string' && VALUE_KEYS.has(plainName(key));
    return isValue && namesCredential(parent, names);
  }
  const index = Number(key);
  if (index % 2 === 0 || parent.length % 2 === 1) return false;
  const name: unknown = parent[index - 1];
  if (typeof name !== 'string' || name.length > MAX_NAME_LENGTH) return false;
  const kind = names.kindOf(name);
  return kind === 'line' || (kind === 'secret' && (parent.length === 2 || /[-_]/.test(name)));
}

// Private

function namesCredential(object: object, names: Names): boolean {
  for (const [key, value] of Object.entries(object)) {
    if (typeof value !== 'string' || value.length > MAX_NAME_LENGTH) continue;
    if (key.length > MAX_KEY_LENGTH || !NAME_KEYS.has(plainName(key))) continue;
    const kind = names.kindOf(value);
    if (kind === 'line' || kind === 'secret') return true;
  }
  return false;
}

class Walk {
  masked = false;
  members = 0;
  readonly #masking: JsonMasking;
  readonly #place: (string | null)[] = [];
  /** Characters of strings that are still searched; those beyond are masked as a whole. */
  #left: number;

  constructor(masking: JsonMasking, maxSearched: number) {
    this.#masking = masking;
    this.#left = maxSearched;
  }

  value(value: unknown): unknown {
    if (this.#place.length > 0 && this.#masking.isMasked(this.#place)) return this.#hidden(value);
    if (typeof value === 'string') return this.#string(value);
    if (typeof value !== 'object' || value === null) return value;
    if (this.#place.length > MAX_DEPTH) return this.#hidden(value);
    return Array.isArray(value) ? this.#array(value) : this.#object(value);
  }

  // Private

  #hidden(value: unknown): unknown {
    this.masked = true;
    this.members += membersOf(value);
    return MASKED;
  }

  #string(value: string): string {
    if (jsonType(value) === 'number') return value;
    this.#left -= value.length;
    const rest = this.#left < 0 ? MASKED : this.#masking.maskString(value);
    if (rest === value) return value;
    this.masked = true;
    return rest.replaceAll(MARK, MASKED);
  }

  /** Copies only what changes: a hostile document takes much memory already. */
  #array(values: readonly unknown[]): readonly unknown[] {
    const { names } = this.#masking;
    let copy: unknown[] | null = null;
    this.#place.push(null);
    for (const [index, one] of values.entries()) {
      const isNamed = index % 2 === 1 && isNamedValue(values, index, names);
      const shown = isNamed ? this.#hidden(one) : this.value(one);
      if (shown === one) continue;
      copy ??= [...values];
      copy[index] = shown;
    }
    this.#place.pop();
    return copy ?? values;
  }

  #object(value: object): object {
    const keys = Object.keys(value);
    const values = value as Readonly<Record<string, unknown>>;
    this.members += keys.length;
    const isNamed = namesCredential(value, this.#masking.names);
    let changes: Map<string, readonly [string, unknown]> | null = null;
    for (const key of keys) {
      const one = values[key];
      this.#place.push(key);
      const isValue = isNamed && VALUE_KEYS.has(plainName(key));
      const shown = isValue || this.#isCredential(key, one) ? this.#hidden(one) : this.value(one);
      const name = this.#string(key);
      this.#place.pop();
      if (shown !== one || name !== key) (changes ??= new Map()).set(key, [name, shown]);
    }
    if (changes === null) return value;
    const known = changes;
    return Object.fromEntries(keys.map((key) => known.get(key) ?? [key, values[key]]));
  }

  #isCredential(key: string, value: unknown): boolean {
    const kind = this.#masking.names.kindOf(key);
    if (kind === null || value === null || typeof value === 'boolean' || value === '') return false;
    if (kind === 'line' || kind === 'secret') {
      return typeof value !== 'string' || !isNoSecret(value);
    }
    if (typeof value !== 'string' || jsonType(value) === 'number') return false;
    return kind === 'unsure' ? !isOrdinary(value) : isOpaque(value);
  }
}

/** The members of all objects in a value that is not walked, without recursion. */
function membersOf(root: unknown): number {
  let members = 0;
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (!Array.isArray(value)) members += Object.keys(value).length;
    for (const one of Object.values(value)) pending.push(one);
  }
  return members;
}

/** The members of all objects in a valid document: each has one colon outside of strings. */
function membersIn(text: string): number {
  let members = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 34 /* " */) inString = !inString;
    else if (inString && code === 92 /* \ */) at++;
    else if (!inString && code === 58 /* : */) members++;
  }
  return members;
}
