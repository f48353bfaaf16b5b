/** A parsed JSON log line. */
export type LogEntry = Readonly<Record<string, unknown>>;

/**
 * The names in a text, separated by spaces. Keys of an object are internalized strings, by which V8
 * finds a property faster than by the slices of `split`.
 */
export function fieldNames(text: string): readonly string[] {
  return Object.keys(Object.fromEntries(text.split(' ').map((name) => [name, null])));
}

/** Whether a parsed value is a JSON object, the only valid shape of a log line. */
export function isEntry(value: unknown): value is LogEntry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value at `key`, read first as a flat key (`"log.level"` is one key in many formats), then as
 * a path. Only own properties count, so that a line cannot reach into prototypes.
 */
export function fieldOf(entry: LogEntry, key: string): unknown {
  if (Object.hasOwn(entry, key)) return entry[key];
  if (!key.includes('.')) return undefined;
  let value: unknown = entry;
  for (const part of partsOf(key)) {
    if (!isEntry(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** The text at the first of `keys` that has one that is not blank. */
export function textOf(entry: LogEntry, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = fieldOf(entry, key);
    if (typeof value === 'string' && value.trim() !== '') return value;
  }
  return null;
}

// Private

/** Every line is asked for the same few dozen paths, which the code and the settings name. */
const PARTS = new Map<string, readonly string[]>();

function partsOf(path: string): readonly string[] {
  let parts = PARTS.get(path);
  if (parts === undefined) {
    parts = path.split('.');
    PARTS.set(path, parts);
  }
  return parts;
}
