import { EngineError } from '../errors.ts';
import type { Change, Entry } from '../coordinator.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A text as the gateway takes bytes. */
export function encoded(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** All keys that begin with `prefix`: from it to the first text after them. */
export function rangeOf(prefix: string): { readonly key: string; readonly range_end: string } {
  const end = Buffer.from(prefix);
  // A prefix ends with `/`, so the last byte never overflows.
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return { key: encoded(prefix), range_end: end.toString('base64') };
}

/** @throws EngineError for anything that is not an object. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new EngineError(`etcd replied without ${what}`);
}

/** A list, which the gateway leaves out when it is empty. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A 64-bit number, which the gateway writes as a text and leaves out when it is 0. */
export function numberOf(value: unknown): number {
  const number = Number(value ?? 0);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new EngineError(`etcd replied with ${String(value).slice(0, 40)} where a number belongs`);
}

export function revisionOf(reply: Fields): number {
  return numberOf(fieldsOf(reply['header'], 'a header')['revision']);
}

export function entryOf(value: unknown): Entry {
  const fields = fieldsOf(value, 'a key and its value');
  return {
    key: decoded(fields['key']),
    value: decoded(fields['value']),
    revision: numberOf(fields['mod_revision']),
    created: numberOf(fields['create_revision']),
  };
}

/** The lease under which a key is, as a text; `0` for none. */
export function leaseOf(value: unknown): string {
  return textOf(fieldsOf(value, 'a key')['lease'], '0');
}

export function changeOf(value: unknown): Change {
  const event = fieldsOf(value, 'an event');
  const entry = entryOf(event['kv']);
  const isDeleted = event['type'] === 'DELETE';
  return { key: entry.key, entry: isDeleted ? null : entry, revision: entry.revision };
}

/** A text, or `otherwise` for anything else. */
export function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

// Private

function decoded(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString() : '';
}
