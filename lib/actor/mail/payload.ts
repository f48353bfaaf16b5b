import { attempt } from '../../errors.ts';

/** Enough to see what a message says; a body of a request in it is told by its length. */
const MAX_STRING = 2000;
const MAX_ENTRIES = 20;
const MAX_FIELDS = 40;
const MAX_DEPTH = 6;
/** Values, and characters of strings, of one message. */
const MAX_VALUES = 500;
const MAX_CHARACTERS = 20_000;

/**
 * A message as JSON, bounded in time and size: long strings and lists are told by their length, bytes are never shown. No
 * string is cut, since a mask recognizes a secret by what stands around it. Never throws.
 */
export function payloadText(message: unknown): string {
  if (typeof message === 'string') return message;
  const room = { values: MAX_VALUES, characters: MAX_CHARACTERS };
  return attempt(() => JSON.stringify(shown(message, 0, room)) ?? typeof message, '(unreadable)');
}

// Private

interface Room {
  values: number;
  characters: number;
}

function shown(value: unknown, depth: number, room: Room): unknown {
  room.values -= 1;
  if (room.values < 0) return '…';
  switch (typeof value) {
    case 'string':
      room.characters -= value.length;
      return value.length > MAX_STRING || room.characters < 0
        ? `(${value.length} characters)`
        : value;
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return String(value);
    case 'function':
    case 'symbol':
      return `(${typeof value})`;
    case 'object':
      return value === null ? null : shownObject(value, depth, room);
  }
}

function shownObject(value: object, depth: number, room: Room): unknown {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return `(${value.byteLength} bytes)`;
  }
  if (value instanceof Error) return shown(`${value.name}: ${value.message}`, depth, room);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth >= MAX_DEPTH) return '…';
  if (Array.isArray(value)) return shownList(value, value.length, depth, room);
  if (value instanceof Set) return shownList(value, value.size, depth, room);
  return shownFields(value, depth, room);
}

function shownFields(value: object, depth: number, room: Room): object {
  const fields: [string, unknown][] = [];
  for (const [name, field] of fieldsOf(value)) {
    if (fields.length === MAX_FIELDS) {
      fields.push(['…', 'more fields']);
      break;
    }
    fields.push([name, shown(field, depth + 1, room)]);
  }
  return Object.fromEntries(fields);
}

function* fieldsOf(value: object): Iterable<readonly [string, unknown]> {
  if (value instanceof Map) {
    for (const [key, field] of value) yield [String(key), field];
    return;
  }
  for (const name in value) {
    if (Object.hasOwn(value, name)) yield [name, (value as Record<string, unknown>)[name]];
  }
}

function shownList(values: Iterable<unknown>, count: number, depth: number, room: Room): unknown[] {
  const list: unknown[] = [];
  for (const one of values) {
    if (list.length === MAX_ENTRIES) {
      list.push(`(${count - MAX_ENTRIES} more)`);
      break;
    }
    list.push(shown(one, depth + 1, room));
  }
  return list;
}
