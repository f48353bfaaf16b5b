/** Deeper elements are not looked up as a set; they are compared by position. */
const MAX_DEPTH = 64;

/** Elements of two arrays put side by side, and those without a partner. */
export interface Arranged {
  readonly pairs: readonly (readonly [running: unknown, testing: unknown])[];
  readonly running: unknown[];
  readonly testing: unknown[];
}

/**
 * Takes equal elements of two arrays out, whatever their order. `skips` says what within an element
 * does not matter.
 */
export function withoutEquals(
  running: readonly unknown[],
  testing: readonly unknown[],
  skips: Skips,
): Arranged {
  const textOf = (element: unknown): string | null => canonical(element, [], skips);
  const [ours, theirs] = [running.map(textOf), testing.map(textOf)];
  // Equal elements are as good as each other, so it is enough to count them.
  const offered = new Map<string, number>();
  for (const text of theirs) count(offered, text);
  const matched = new Map<string, number>();
  const isAlone = (text: string | null): boolean => {
    if (!take(offered, text)) return true;
    count(matched, text);
    return false;
  };
  return {
    pairs: [],
    running: running.filter((_, index) => isAlone(ours[index] ?? null)),
    testing: testing.filter((_, index) => !take(matched, theirs[index] ?? null)),
  };
}

/** Pairs objects by the value of a field; the rest (no such field, or twice the same) is left. */
export function byKey(
  running: readonly unknown[],
  testing: readonly unknown[],
  key: string,
): Arranged {
  const waiting = new Map<string, unknown>();
  const rest: unknown[] = [];
  for (const element of testing) {
    const text = keyText(element, key);
    if (text === null || waiting.has(text)) rest.push(element);
    else waiting.set(text, element);
  }
  const pairs: (readonly [unknown, unknown])[] = [];
  const alone: unknown[] = [];
  for (const element of running) {
    const text = keyText(element, key);
    if (text === null || !waiting.has(text)) alone.push(element);
    else {
      pairs.push([element, waiting.get(text)]);
      waiting.delete(text);
    }
  }
  return { pairs, running: alone, testing: [...waiting.values(), ...rest] };
}

/** Whether the value at these keys, counted from the element, is left out. */
export type Skips = (place: readonly (string | null)[]) => boolean;

// Private

/** One text for equal values, whatever the order of keys; null when nested too deep. */
function canonical(value: unknown, place: (string | null)[], skips: Skips): string | null {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (place.length >= MAX_DEPTH) return null;
  const isArray = Array.isArray(value);
  const parts: string[] = [];
  const keys = Object.keys(value);
  for (const key of isArray ? keys : keys.sort()) {
    place.push(isArray ? null : key);
    const isSkipped = skips(place);
    const text = isSkipped ? '' : canonical((value as Record<string, unknown>)[key], place, skips);
    place.pop();
    if (text === null) return null;
    if (!isSkipped) parts.push(isArray ? text : `${JSON.stringify(key)}:${text}`);
  }
  return isArray ? `[${parts.join()}]` : `{${parts.join()}}`;
}

function count(counts: Map<string, number>, text: string | null): void {
  if (text !== null) counts.set(text, (counts.get(text) ?? 0) + 1);
}

/** Takes one off; false when there is none. */
function take(counts: Map<string, number>, text: string | null): boolean {
  const left = text === null ? 0 : (counts.get(text) ?? 0);
  if (text === null || left === 0) return false;
  counts.set(text, left - 1);
  return true;
}

function keyText(element: unknown, key: string): string | null {
  if (typeof element !== 'object' || element === null || !Object.hasOwn(element, key)) return null;
  const value = (element as Record<string, unknown>)[key];
  return typeof value === 'object' && value !== null ? null : JSON.stringify(value);
}
