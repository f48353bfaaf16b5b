import type { RequestRules, Tolerance } from '../rules/rules.ts';
import { type Match, matchEqual, type Seen } from './match.ts';
import { jsonType, numberOf, sameScalar } from './parse.ts';

/** Deeper elements have no text under rules: they are compared by position. */
const MAX_DEPTH = 64;
/** A number in a text where a tolerance applies: any other may be the same. */
const ANY_NUMBER = '~';

/** What may still be spent on one pair of documents, in values that are looked at. */
export interface Effort {
  /** To compare elements, each with many others. */
  left: number;
  /** To tell equal elements by their text, at each level of nesting again. */
  texts: number;
}

export function effortOfOnePair(): Effort {
  return { left: 200_000, texts: 1_500_000 };
}

/** Values at one place as the rules see them. */
export interface Scope {
  readonly rules: RequestRules;
  /** Keys from the root to the value that is looked at. */
  readonly path: (string | null)[];
  readonly effort: Effort;
}

/** Whether two values are equal under all rules at and below their place; false when the effort is spent. */
export function sameUnder(scope: Scope, ours: unknown, theirs: unknown): boolean {
  const { rules, path } = scope;
  if (--scope.effort.left < 0) return false;
  if (rules.ignores(path)) return true;
  const type = jsonType(ours);
  if (type !== jsonType(theirs)) return false;
  if (type === 'array') return sameArrays(scope, ours as unknown[], theirs as unknown[]);
  if (type === 'object') return sameObjects(scope, ours as object, theirs as object);
  if (sameScalar(ours, theirs)) return true;
  return type === 'number' && isWithin(rules.tolerance(path), ours, theirs);
}

/** The elements of two arrays that are equal under all rules; the scope is at the elements. */
export function equalElements(
  scope: Scope,
  ours: readonly unknown[],
  theirs: readonly unknown[],
): Match {
  return matchEqual(seenOf(scope, ours), seenOf(scope, theirs), (left, right) =>
    sameUnder(scope, ours[left], theirs[right]),
  );
}

/** How many elements of two arrays are equal, as a part of comparing elements that contain these arrays. */
export function countEqual(
  scope: Scope,
  ours: readonly unknown[],
  theirs: readonly unknown[],
): number {
  const { effort } = scope;
  const before = effort.texts;
  const { count } = equalElements(scope, ours, theirs);
  effort.left -= before - effort.texts;
  return count;
}

/** Whether two numbers differ by no more than a tolerance; null: there is none. */
export function isWithin(tolerance: Tolerance | null, left: unknown, right: unknown): boolean {
  if (tolerance === null) return false;
  const [ours, theirs] = [numberOf(left), numberOf(right)];
  const scale = tolerance.relative ? Math.max(Math.abs(ours), Math.abs(theirs)) : 1;
  // Slightly more, since 0.3 - 0.2 is greater than 0.1.
  return Math.abs(ours - theirs) <= tolerance.amount * scale * (1 + 1e-9);
}

// Private

/**
 * What elements are under all rules: the same text for those that differ only in what is ignored, in the
 * order of an array that has none, and in numbers with a tolerance.
 */
function seenOf(scope: Scope, list: readonly unknown[]): Seen {
  const numbers = new Map<number, readonly number[]>();
  if (scope.rules.ignores(scope.path)) return { texts: list.map(() => ''), numbers };
  const isTolerated = tolerates(scope);
  let found: number[] = [];
  const texts = list.map((element, index) => {
    const text = textOf(scope, element, isTolerated, found, 0);
    if (found.length > 0) {
      numbers.set(index, found);
      found = [];
    }
    return text;
  });
  return { texts, numbers };
}

/** Of a value that is not ignored; `isTolerated`: whether a number may differ here. */
function textOf(
  scope: Scope,
  value: unknown,
  isTolerated: boolean,
  numbers: number[],
  depth: number,
): string | null {
  const { path, rules, effort } = scope;
  effort.texts--;
  if (typeof value !== 'object' || value === null) {
    if (!isTolerated || jsonType(value) !== 'number') return JSON.stringify(value) ?? 'undefined';
    numbers.push(numberOf(value));
    return ANY_NUMBER;
  }
  if (depth >= MAX_DEPTH || effort.texts < 0) return null;
  const isArray = Array.isArray(value);
  const parts = isArray
    ? elementTexts(scope, value, numbers, depth)
    : memberTexts(scope, value as Record<string, unknown>, numbers, depth);
  if (parts === null) return null;
  if (!isArray) return `{${parts.join()}}`;
  if (rules.arrangement(path) !== null) parts.sort();
  return `[${parts.join()}]`;
}

/** All elements of an array have one place, so the rules are asked once. */
function elementTexts(
  scope: Scope,
  list: readonly unknown[],
  numbers: number[],
  depth: number,
): string[] | null {
  const { path, rules } = scope;
  const parts: string[] = [];
  path.push(null);
  const isTolerated = tolerates(scope);
  const isIgnored = rules.ignores(path);
  for (const element of isIgnored ? [] : list) {
    const text = textOf(scope, element, isTolerated, numbers, depth + 1);
    if (text === null) break;
    parts.push(text);
  }
  path.pop();
  return isIgnored || parts.length === list.length ? parts : null;
}

function memberTexts(
  scope: Scope,
  members: Readonly<Record<string, unknown>>,
  numbers: number[],
  depth: number,
): string[] | null {
  const { path, rules } = scope;
  const parts: string[] = [];
  for (const key of Object.keys(members).sort()) {
    path.push(key);
    const isIgnored = rules.ignores(path);
    const text = isIgnored ? '' : textOf(scope, members[key], tolerates(scope), numbers, depth + 1);
    path.pop();
    if (text === null) return null;
    if (!isIgnored) parts.push(`${JSON.stringify(key)}:${text}`);
  }
  return parts;
}

function tolerates({ rules, path }: Scope): boolean {
  return rules.tolerance(path) !== null;
}

function sameArrays(scope: Scope, ours: readonly unknown[], theirs: readonly unknown[]): boolean {
  if (ours.length !== theirs.length) return false;
  const { path, rules } = scope;
  const isArranged = rules.arrangement(path) !== null;
  path.push(null);
  const isSame = isArranged
    ? countEqual(scope, ours, theirs) === ours.length
    : ours.every((element, index) => sameUnder(scope, element, theirs[index]));
  path.pop();
  return isSame;
}

function sameObjects(scope: Scope, ours: object, theirs: object): boolean {
  const { path, rules } = scope;
  const isAbsent = (of: object, key: string): boolean => {
    if (Object.hasOwn(of, key)) return false;
    path.push(key);
    const isIgnored = rules.ignores(path);
    path.pop();
    return !isIgnored;
  };
  for (const key of Object.keys(theirs)) if (isAbsent(ours, key)) return false;
  for (const [key, value] of Object.entries(ours)) {
    if (isAbsent(theirs, key)) return false;
    if (!Object.hasOwn(theirs, key)) continue;
    path.push(key);
    const isSame = sameUnder(scope, value, (theirs as Record<string, unknown>)[key]);
    path.pop();
    if (!isSame) return false;
  }
  return true;
}
