/** Deeper elements are not matched as a set but compared by position. */
const MAX_DEPTH = 64;

/** Elements of two arrays in pairs, and those without a partner. */
export interface Arranged {
  readonly pairs: readonly (readonly [running: unknown, testing: unknown])[];
  readonly running: unknown[];
  readonly testing: unknown[];
}

/** Whether the value at these keys, relative to the element, is to be ignored. */
export type Skips = (place: readonly (string | null)[]) => boolean;

/**
 * Removes equal elements from two arrays, whatever their order. `skips` names the places within an
 * element that do not matter.
 */
export function withoutEquals(
  running: readonly unknown[],
  testing: readonly unknown[],
  skips: Skips,
): Arranged {
  const textOf = (element: unknown): string | null => canonical(element, [], skips);
  const [ours, theirs] = [running.map(textOf), testing.map(textOf)];
  // Equal elements are interchangeable, so counting them is enough.
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

/** Pairs objects by the value of a field; objects without it, or with a repeated value, remain. */
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

// Private

/** The same text for equal values, whatever the order of keys; null when nested too deep. */
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

/** Removes one; false when there is none. */
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
