/**
 * A value as a source provides it, before it is interpreted: `.env`, the environment and flags
 * provide text, `vili.yaml` text, lists and maps.
 */
export type Raw = string | readonly Raw[] | ReadonlyMap<string, Raw>;

/** The end of a setting's name in `Settings`: what its number counts. */
export type Unit = 'Ms' | 'Bytes' | '';

/** One kind of value: how it is written, read, and checked again by the schema. */
export interface Format<T, U extends Unit = ''> {
  readonly name: string;
  readonly unit?: U;
  /** Written values, for the reference page: `30s, 5m, 500ms`. */
  readonly example: string;
  /** Parses a written value; throws `FormatError` with the rule it breaks. */
  parse(raw: Raw): T;
  /** True for any value `parse` can return. */
  holds(value: unknown): boolean;
  /** Whether empty text is a value; otherwise it counts as not set. */
  readonly takesEmpty?: boolean;
}

/** The rule a written value breaks, as the end of a sentence that begins with the value. */
export class FormatError extends Error {
  /** The probable intent, ready to be pasted. */
  readonly suggestion: string | undefined;

  constructor(rule: string, suggestion?: string) {
    super(rule);
    this.name = 'FormatError';
    this.suggestion = suggestion;
  }
}

/** The text of a value that must not be a list or a map. */
export function textOf(raw: Raw): string {
  if (typeof raw === 'string') return raw.trim();
  throw new FormatError('must be one value, not a list or a map');
}

/** Spaces do not count; line breaks do. */
export function hasControlCharacter(text: string): boolean {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 32 || (code >= 127 && code < 160)) return true;
  }
  return false;
}
