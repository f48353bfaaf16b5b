import type { ErrorKind } from './kinds.ts';

/** Of a kind whose text says nothing, so many windows are expected before it counts as gone. */
const GONE_EXPECTED = 5;
/** A rarer one may be gone where testing logs none of running's rare kinds under their own names. */
const RARE_EXPECTED = 0.3;
/** As frequent: up to so many times as often, beside what chance allows. */
const FACTOR = 2;

/** How long running's log was watched, in windows. */
export interface Watched {
  readonly before: number;
  readonly during: number;
}

/** A kind that is new in testing, beside one that running logs and testing does not. */
export interface Renamed {
  readonly kind: ErrorKind;
  readonly former: ErrorKind;
  /** Windows of the test in which running logged what testing logs under this name. */
  readonly running: number;
  /** As often as could be expected if it is the same error: it does not hold the promotion. */
  readonly isPlausible: boolean;
}

/**
 * The new kinds of error that may be old ones under another name: of similar text, or as frequent as one that is
 * gone. An identical build whose texts differ by process has such pairs, and then testing logs its text as
 * often as running logs its own; so what running logs of the other text counts as if it were the same. That can
 * only lower the evidence against testing.
 */
export function renamedKinds(
  kinds: Iterable<ErrorKind>,
  watched: Watched,
): ReadonlyMap<ErrorKind, Renamed> {
  const found = new Map<ErrorKind, Renamed>();
  const others: ErrorKind[] = [];
  const gone = new Set<ErrorKind>();
  let hasOwnNames = false;
  for (const kind of kinds) {
    const { testing, running, before } = kind.counts;
    const often = expected(kind, watched);
    if (testing === 0 && often >= RARE_EXPECTED) gone.add(kind);
    else if (before > 0 && testing > 0 && often < GONE_EXPECTED) hasOwnNames = true;
    if (testing === 0 || before > 0 || testing <= running) continue;
    const renamed = bySimilarText(kind, watched);
    if (renamed === null) others.push(kind);
    else found.set(kind, renamed);
  }
  // What has its like in testing is not what another kind was renamed from.
  for (const { kind } of found.values()) for (const one of kind.similar) gone.delete(one);
  if (hasOwnNames) {
    for (const one of gone) if (expected(one, watched) < GONE_EXPECTED) gone.delete(one);
  }
  if (gone.size > 0 && others.length > 0) pairByFrequency(others, gone, watched, found);
  return found;
}

// Private

function bySimilarText(kind: ErrorKind, watched: Watched): Renamed | null {
  let running = 0;
  let expectedInAll = 0;
  let former: ErrorKind | null = null;
  for (const other of kind.similar) {
    const { counts } = other;
    running += Math.max(0, counts.running - counts.testing);
    if (counts.testing > 0 || counts.running + counts.before === 0) continue;
    expectedInAll += expected(other, watched);
    if (former === null || frequency(other) > frequency(former)) former = other;
  }
  if (former === null && running === 0) return null;
  former ??= kind.similar.find((it) => it.counts.running > it.counts.testing) ?? null;
  if (former === null) return null;
  const chance = 3 * Math.sqrt(expectedInAll) + 1;
  const isPlausible = kind.counts.testing <= FACTOR * expectedInAll + chance;
  return { kind, former, running, isPlausible };
}

/**
 * One for one, the most frequent first; those that are about as frequent before the others. Of the others, too, what
 * running logged counts: by chance one side may be just beyond what is as frequent.
 */
function pairByFrequency(
  kinds: readonly ErrorKind[],
  gone: Set<ErrorKind>,
  watched: Watched,
  found: Map<ErrorKind, Renamed>,
): void {
  const byTesting = [...kinds].sort((one, other) => other.counts.testing - one.counts.testing);
  for (const isPlausible of [true, false]) {
    for (const kind of byTesting) {
      if (found.has(kind)) continue;
      const former = closest(kind, gone, watched, isPlausible);
      if (former === null) continue;
      gone.delete(former);
      found.set(kind, { kind, former, running: former.counts.running, isPlausible });
    }
  }
}

function closest(
  { level, counts: { testing } }: ErrorKind,
  gone: Iterable<ErrorKind>,
  watched: Watched,
  onlyAsFrequent: boolean,
): ErrorKind | null {
  let found: ErrorKind | null = null;
  let away = Number.POSITIVE_INFINITY;
  for (const one of gone) {
    const often = expected(one, watched);
    const distance = Math.abs(often - testing);
    if (one.level !== level || distance >= away) continue;
    const chance = often < GONE_EXPECTED ? 1 : 3;
    const isAsFrequent = testing <= FACTOR * often + chance && testing >= often / FACTOR - chance;
    if (onlyAsFrequent && !isAsFrequent) continue;
    found = one;
    away = distance;
  }
  return found;
}

/** Windows of the test in which running's kind would be logged by a version that has it. */
function expected({ counts }: ErrorKind, { before, during }: Watched): number {
  return ((counts.before + counts.running) * during) / Math.max(1, before + during);
}

function frequency({ counts }: ErrorKind): number {
  return counts.before + counts.running;
}
