import { BadRequestError } from '../../errors.ts';
import { timeOfEvent } from '../views/event-view.ts';

const MAX_TEXT = 1000;
/** Of a value that an error shows. */
const MAX_SHOWN = 100;

const TEXT = { type: 'string', minLength: 1, maxLength: MAX_TEXT } as const;

/** A value of a request: in the query of a GET, in the JSON body of a POST. */
export interface Parameter<T, Required extends boolean = boolean> {
  /** One line of `docs/api.md`. */
  readonly doc: string;
  readonly required: Required;
  /** JSON Schema, for the OpenAPI description. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Throws BadRequestError when `value` is not valid. */
  readonly read: (name: string, value: unknown) => T;
}

/** The shape of a request: its parameters by name. */
export type Shape = Readonly<Record<string, Parameter<unknown>>>;

type RequiredIn<S extends Shape> = {
  [K in keyof S]: S[K] extends Parameter<unknown, true> ? K : never;
}[keyof S];

type ValueOf<P> = P extends Parameter<infer T> ? T : never;

/** The request that a shape describes. */
export type RequestOf<S extends Shape> = {
  readonly [K in RequiredIn<S>]: ValueOf<S[K]>;
} & {
  readonly [K in Exclude<keyof S, RequiredIn<S>>]?: ValueOf<S[K]> | undefined;
};

/** Text of 1 to 1000 characters. */
export function text(doc: string): Parameter<string, false> {
  return { doc, required: false, schema: TEXT, read: readText };
}

export function requiredText(doc: string): Parameter<string, true> {
  return { doc, required: true, schema: TEXT, read: readText };
}

/** Any text, for a search. */
export function anyText(doc: string): Parameter<string, false> {
  return { doc, required: false, schema: { type: 'string' }, read: (_, value) => String(value) };
}

/** A whole number from 1; a larger one than `max` counts as `max`. */
export function count(what: string, max: number): Parameter<number, false> {
  const read = (name: string, value: unknown): number => {
    const shown = String(value);
    const number = /^\d{1,9}$/.test(shown) ? Number(shown) : 0;
    if (number >= 1) return Math.min(number, max);
    throw new BadRequestError(
      `${name} "${shown.slice(0, MAX_SHOWN)}" must be a whole number from 1 to ${max}`,
    );
  };
  const schema = { type: 'integer', minimum: 1, maximum: max };
  return { doc: `${what}; at most ${max}`, required: false, schema, read };
}

/** The id of an event. */
export function eventId(doc: string): Parameter<string, false> {
  const read = (name: string, value: unknown): string => {
    const shown = String(value);
    if (timeOfEvent(shown) !== null) return shown;
    const example = 'such as 1767225600000-0123456789ab';
    throw new BadRequestError(
      `${name} "${shown.slice(0, MAX_SHOWN)}" is not the id of an event, ${example}`,
    );
  };
  return { doc, required: false, schema: { type: 'string' }, read };
}

/** One of a few words. */
export function requiredOneOf<const T extends string>(
  doc: string,
  words: readonly T[],
): Parameter<T, true> {
  return { ...oneOf(doc, words), required: true };
}

export function oneOf<const T extends string>(
  doc: string,
  words: readonly T[],
): Parameter<T, false> {
  const read = (name: string, value: unknown): T => {
    const word = words.find((one) => one === value);
    if (word !== undefined) return word;
    const shown = String(value).slice(0, MAX_SHOWN);
    throw new BadRequestError(`${name} "${shown}" must be ${listed(words)}`);
  };
  const all = listed(words.map((word) => `\`${word}\``));
  return { doc: `${doc}: ${all}`, required: false, schema: { type: 'string', enum: words }, read };
}

/** A moment, ISO 8601. */
export function moment(doc: string): Parameter<string, false> {
  const read = (name: string, value: unknown): string => {
    const shown = String(value).slice(0, MAX_SHOWN);
    const isIso = /^\d{4}-\d\d-\d\d(T[\d:.]+(Z|[+-]\d\d:?\d\d)?)?$/.test(shown);
    if (isIso && !Number.isNaN(Date.parse(shown))) return shown;
    throw new BadRequestError(`${name} "${shown}" must be a time such as 2026-01-31T08:00:00Z`);
  };
  return { doc, required: false, schema: { type: 'string', format: 'date-time' }, read };
}

/** A JSON `true` or `false`. */
export function flag(doc: string): Parameter<boolean, false> {
  const read = (name: string, value: unknown): boolean => {
    if (typeof value === 'boolean') return value;
    throw new BadRequestError(`"${name}" must be true or false`);
  };
  return { doc, required: false, schema: { type: 'boolean' }, read };
}

/** Reads every parameter of a shape. Throws BadRequestError when one is missing or not valid. */
export function readRequest<S extends Shape>(
  shape: S,
  valueOf: (name: string) => unknown,
): RequestOf<S> {
  const request: Record<string, unknown> = {};
  for (const [name, { doc, required, read }] of Object.entries(shape)) {
    const value = valueOf(name) ?? undefined;
    if (value !== undefined) request[name] = read(name, value);
    else if (required) throw new BadRequestError(`"${name}" is missing: ${doc}`);
  }
  return request as RequestOf<S>;
}

// Private

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function readText(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_TEXT) return value;
  throw new BadRequestError(`"${name}" must be a text of 1 to ${MAX_TEXT} characters`);
}
