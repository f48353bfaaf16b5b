/** Larger groups of elements that differ only in tolerated numbers are matched in the order of these. */
const MAX_AUGMENTED = 200;

/** The elements of an array: equal ones have the same text, and numbers that a tolerance lets differ. */
export interface Seen {
  /** Null where an element is nested too deep. */
  readonly texts: readonly (string | null)[];
  /** Of the elements that have such numbers. */
  readonly numbers: ReadonlyMap<number, readonly number[]>;
}

/** Elements of two arrays that are equal under the rules, by their indices. */
export interface Match {
  readonly count: number;
  /** 1 for each element that has an equal one on the other side. */
  readonly ours: Uint8Array;
  readonly theirs: Uint8Array;
  /** Those that are equal by a tolerance alone. */
  readonly near: readonly (readonly [ours: number, theirs: number])[];
}

/**
 * Matches as many elements of two arrays as are equal. Without tolerances that is a matter of their texts;
 * with them it is an assignment, since a number may be near several others. `isSame` decides for two
 * elements with the same text.
 */
export function matchEqual(
  running: Seen,
  testing: Seen,
  isSame: (ours: number, theirs: number) => boolean,
): Match {
  const ours = new Uint8Array(running.texts.length);
  const theirs = new Uint8Array(testing.texts.length);
  const near: (readonly [number, number])[] = [];
  const groups = grouped(running.texts);
  const others = grouped(testing.texts);
  let count = 0;
  for (const [text, mine] of groups) {
    const yours = others.get(text);
    if (yours === undefined) continue;
    if (running.numbers.has(mine[0] ?? -1)) {
      const found = matchNear(elementsOf(running, mine), elementsOf(testing, yours), isSame);
      for (const [left, right] of found) {
        ours[left] = theirs[right] = 1;
        near.push([left, right]);
      }
      count += found.length;
    } else {
      const shared = Math.min(mine.length, yours.length);
      for (let n = 0; n < shared; n++) ours[mine[n] ?? 0] = theirs[yours[n] ?? 0] = 1;
      count += shared;
    }
  }
  return { count, ours, theirs, near };
}

// Private

interface Element {
  readonly index: number;
  readonly numbers: readonly number[];
}

type IsSame = (ours: number, theirs: number) => boolean;

function elementsOf({ numbers }: Seen, indices: readonly number[]): readonly Element[] {
  return indices.map((index) => ({ index, numbers: numbers.get(index) ?? [] }));
}

/** The indices of elements with the same text. */
function grouped(texts: readonly (string | null)[]): ReadonlyMap<string, readonly number[]> {
  const groups = new Map<string, number[]>();
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index];
    if (typeof text !== 'string') continue;
    const group = groups.get(text);
    if (group === undefined) groups.set(text, [index]);
    else group.push(index);
  }
  return groups;
}

/**
 * Elements that are alike but for their numbers. In the order of these, the next two are a match, or the
 * smaller one has none: with one number that finds as many as there are. With several, paths that
 * free a partner find the rest (Kuhn).
 */
function matchNear(
  mine: readonly Element[],
  others: readonly Element[],
  isSame: IsSame,
): readonly (readonly [number, number])[] {
  const [ours, theirs] = [mine, others].map((list) => [...list].sort(byNumbers)) as [
    Element[],
    Element[],
  ];
  const partnerOf = new Map<Element, Element>();
  const taken = new Set<Element>();
  let [at, other] = [0, 0];
  while (at < ours.length && other < theirs.length) {
    const [left, right] = [ours[at], theirs[other]] as [Element, Element];
    if (isSame(left.index, right.index)) {
      partnerOf.set(right, left);
      taken.add(left);
      at++;
      other++;
    } else if (byNumbers(left, right) < 0) at++;
    else other++;
  }
  if (Math.max(ours.length, theirs.length) <= MAX_AUGMENTED) {
    for (const left of ours) if (!taken.has(left)) augment(left, theirs, partnerOf, isSame);
  }
  return [...partnerOf].map(([right, left]) => [left.index, right.index]);
}

function augment(
  start: Element,
  theirs: readonly Element[],
  partnerOf: Map<Element, Element>,
  isSame: IsSame,
): void {
  const visited = new Set<Element>();
  const findFor = (left: Element): boolean => {
    for (const right of theirs) {
      if (visited.has(right) || !isSame(left.index, right.index)) continue;
      visited.add(right);
      const holder = partnerOf.get(right);
      if (holder !== undefined && !findFor(holder)) continue;
      partnerOf.set(right, left);
      return true;
    }
    return false;
  };
  findFor(start);
}

function byNumbers({ numbers: left }: Element, { numbers: right }: Element): number {
  for (const [at, number] of left.entries()) {
    const difference = number - (right[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
