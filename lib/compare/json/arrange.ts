import type { Arrangement } from '../rules/rules.ts';
import { cheapestPairs } from './assign.ts';
import { costUnder } from './cost.ts';
import { equalElements, type Scope } from './under-rules.ts';

/** So many elements without an equal one are compared each with all others. */
const MAX_ASSIGNED = 32;
/** Fields that may tell elements apart, and the share of elements that one has to pair to do so. */
const MAX_FIELDS = 20;
const MIN_PAIRED = 1 / 2;

/** Elements of two arrays in pairs that are to be compared, and those without a partner. */
export interface Arranged {
  readonly pairs: readonly (readonly [running: unknown, testing: unknown])[];
  readonly running: readonly unknown[];
  readonly testing: readonly unknown[];
}

/**
 * Pairs the elements of two arrays whose order has no meaning, or whose objects a field tells apart.
 * Elements that are equal under all rules leave together; of the others those belong together that
 * differ least, so that one changed field is one difference. `scope` is at the elements.
 */
export function arrange(
  rule: Arrangement,
  scope: Scope,
  running: readonly unknown[],
  testing: readonly unknown[],
): Arranged {
  if (rule.action === 'key') return byKey(scope, rule.key, running, testing);
  return asSet(scope, running, testing);
}

// Private

type Pair = readonly [running: unknown, testing: unknown];

function asSet(scope: Scope, running: readonly unknown[], testing: readonly unknown[]): Arranged {
  const equal = equalElements(scope, running, testing);
  const ours = running.filter((_, index) => equal.ours[index] === 0);
  const theirs = testing.filter((_, index) => equal.theirs[index] === 0);
  // Compared once more, so that what a tolerance hides is counted.
  const near = equal.near.map(([mine, yours]): Pair => [running[mine], testing[yours]]);
  const paired = pairAlike(scope, ours, theirs);
  return { ...paired, pairs: [...near, ...paired.pairs] };
}

/** Objects by the value of a field; where several have the same, those that differ least. */
function byKey(
  scope: Scope,
  key: string,
  running: readonly unknown[],
  testing: readonly unknown[],
): Arranged {
  const [ours, theirs] = [byField(running, key), byField(testing, key)];
  const pairs: Pair[] = [];
  const [alone, others]: unknown[][] = [[], []];
  for (const text of new Set([...ours.keys(), ...theirs.keys()])) {
    const [mine, yours] = [ours.get(text) ?? [], theirs.get(text) ?? []];
    // Without the field objects are not told apart: only equal ones belong together.
    const isKeyed = text !== null;
    const isPlain = isKeyed && mine.length === 1 && yours.length === 1;
    const arranged = isPlain
      ? { pairs: [[mine[0], yours[0]] as const], running: [], testing: [] }
      : asSet(scope, mine, yours);
    if (isKeyed) pairs.push(...arranged.pairs);
    const apart = isKeyed ? [] : arranged.pairs;
    alone?.push(...arranged.running, ...apart.map(([left]) => left));
    others?.push(...arranged.testing, ...apart.map(([, right]) => right));
  }
  return { pairs, running: alone ?? [], testing: others ?? [] };
}

/** Pairs elements that are not equal: those that differ least, or many by a field, or by position. */
function pairAlike(scope: Scope, ours: readonly unknown[], theirs: readonly unknown[]): Arranged {
  const most = Math.max(ours.length, theirs.length);
  const [left, right] = [new Set<number>(), new Set<number>()];
  const pairs: Pair[] = [];
  const take = (mine: number, yours: number): void => {
    left.add(mine);
    right.add(yours);
    pairs.push([ours[mine], theirs[yours]]);
  };
  if (most > 1 && most <= MAX_ASSIGNED && Math.min(ours.length, theirs.length) > 0) {
    const costs = ours.map((mine) => theirs.map((yours) => costUnder(scope, mine, yours)));
    if (scope.effort.left >= 0) for (const pair of cheapestPairs(costs)) take(...pair);
  } else if (most > MAX_ASSIGNED) {
    for (const pair of pairsByField(ours, theirs)) take(...pair);
  }
  const [rest, others] = [without(ours, left), without(theirs, right)];
  const shared = Math.min(rest.length, others.length);
  for (let index = 0; index < shared; index++) pairs.push([rest[index], others[index]]);
  return { pairs, running: rest.slice(shared), testing: others.slice(shared) };
}

/** By the field whose values pair the most objects, such as an id that nobody named as the key. */
function pairsByField(
  ours: readonly unknown[],
  theirs: readonly unknown[],
): readonly (readonly [number, number])[] {
  let best: readonly (readonly [number, number])[] = [];
  for (const key of Object.keys(Object(ours[0])).slice(0, MAX_FIELDS)) {
    const [mine, yours] = [uniqueBy(ours, key), uniqueBy(theirs, key)];
    const pairs = [...mine].flatMap(([text, index]) => {
      const other = yours.get(text);
      return other === undefined ? [] : [[index, other] as const];
    });
    if (pairs.length > best.length) best = pairs;
  }
  return best.length >= MIN_PAIRED * Math.min(ours.length, theirs.length) ? best : [];
}

/** The objects that alone have their value of the field, by that value. */
function uniqueBy(list: readonly unknown[], key: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [index, element] of list.entries()) {
    const text = keyText(element, key);
    if (text === null) continue;
    if (found.has(text)) repeated.add(text);
    found.set(text, index);
  }
  for (const text of repeated) found.delete(text);
  return found;
}

function byField(list: readonly unknown[], key: string): Map<string | null, unknown[]> {
  const groups = new Map<string | null, unknown[]>();
  for (const element of list) {
    const text = keyText(element, key);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [element]);
    else group.push(element);
  }
  return groups;
}

function keyText(element: unknown, key: string): string | null {
  if (typeof element !== 'object' || element === null || !Object.hasOwn(element, key)) return null;
  const value = (element as Record<string, unknown>)[key];
  return typeof value === 'object' && value !== null ? null : JSON.stringify(value);
}

function without(list: readonly unknown[], indices: ReadonlySet<number>): readonly unknown[] {
  return indices.size === 0 ? list : list.filter((_, index) => !indices.has(index));
}
