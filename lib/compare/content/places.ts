import { brief, MASKED } from '../json/parse.ts';
import type { Difference, DifferenceKind } from '../outcome.ts';
import type { Comparing, Document } from './kind.ts';

/** Places of one document, and values of one place. What comes later is not compared. */
const MAX_PLACES = 3000;
const MAX_VALUES = 20_000;
/** Differences of one pair; far more than are kept. */
const MAX_FOUND = 200;
/** A longer path ends here; so far it tells one place from another. */
const MAX_PATH_LENGTH = 300;
/** Of a value that differs, so much is searched for secrets; less is ever shown. */
const MAX_SEARCHED = 4096;

/** How weighty it is that something is lost: what makes a page usable comes first. */
export type Weight = 0 | 1 | 2 | 3 | 4;

const NO_DETAIL: PlaceDetail = {};
const NO_NAMES: readonly string[] = [];

export interface PlaceDetail {
  readonly weight?: Weight;
  /** Another value here is another type of thing, not another text. */
  readonly isType?: boolean;
  /** Whether it is there counts, not how often or with which value. */
  readonly isPresence?: boolean;
  /** Names that make the value a credential which is never shown. */
  readonly names?: readonly string[];
}

/** What is at one place, in the order of the document. */
export interface Place extends PlaceDetail {
  readonly values: string[];
  /** What names single values, by their index. */
  readonly named: Map<number, readonly string[]>;
}

/** What a document has, by place: the elements of a list have one, as in a JSON path. */
export class Places {
  readonly #places = new Map<string, Place>();
  #values = 0;

  /** `names`: those of this value alone. */
  add(
    path: string,
    value: string,
    detail: PlaceDetail = NO_DETAIL,
    names: readonly string[] = NO_NAMES,
  ): Place | null {
    const place = this.#placeOf(path, detail);
    if (place !== null) this.put(place, value, names);
    return place;
  }

  /** As `add`, at a place that is known already. */
  put(place: Place, value: string, names: readonly string[] = NO_NAMES): void {
    if (this.#values >= MAX_VALUES) return;
    if (place.isPresence === true && place.values.length > 0) return;
    this.#values++;
    if (names.length > 0) place.named.set(place.values.length, names);
    place.values.push(value);
  }

  at(path: string): Place | undefined {
    return this.#places.get(path);
  }

  all(): IterableIterator<[string, Place]> {
    return this.#places.entries();
  }

  // Private

  #placeOf(path: string, detail: PlaceDetail): Place | null {
    const key = path.length > MAX_PATH_LENGTH ? path.slice(0, MAX_PATH_LENGTH) : path;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    if (this.#places.size >= MAX_PLACES || this.#values >= MAX_VALUES) return null;
    const place = { ...detail, values: [], named: new Map() };
    this.#places.set(key, place);
    return place;
  }
}

export interface PlacedDocument extends Document {
  /** Null where there was no time to read it. */
  readonly places: Places | null;
}

/**
 * Adds the differences between what two documents have. Fewer at a place is `missing`, as an array
 * with fewer elements is; what is inside of something missing is not told again.
 */
export function comparePlaces(
  running: PlacedDocument,
  testing: PlacedDocument,
  comparing: Comparing,
): void {
  const { findings } = comparing;
  const [ours, theirs] = [running.places, testing.places];
  if (ours === null || theirs === null) {
    findings.leaveOut();
    return;
  }
  const found: Found[] = [];
  const lost: string[] = [];
  for (const [path, place] of ours.all()) {
    if (found.length >= MAX_FOUND) break;
    const other = theirs.at(path);
    if (isIgnored(comparing, path, place.values, other?.values ?? [])) continue;
    const change = changeAt(place, other, comparing);
    if (change === null || lost.some((prefix) => path.startsWith(prefix))) continue;
    if (other === undefined) lost.push(`${path} `);
    if (!findings.wants(change.kind, path)) continue;
    const { texts, at } = change;
    const shownOf = (text: string | undefined, of = place): string | undefined =>
      text === undefined ? undefined : shown(comparing, path, text, namesAt(of, at));
    const [before, after] = [shownOf(texts[0]), shownOf(texts[1], other)];
    found.push({
      weight: place.weight ?? 4,
      difference: {
        kind: change.kind,
        path,
        ...(before !== undefined && { running: before }),
        ...(after !== undefined && { testing: after }),
      },
    });
  }
  for (const [path, place] of theirs.all()) {
    if (found.length >= MAX_FOUND) break;
    if (ours.at(path) !== undefined || isIgnored(comparing, path, [], place.values)) continue;
    if (!findings.wants('extra', path)) continue;
    const [text, at] = textOf(place);
    const testing = shown(comparing, path, text, namesAt(place, at));
    found.push({ weight: 4, difference: { kind: 'extra', path, testing } });
  }
  for (const { difference } of found.sort((a, b) => a.weight - b.weight)) findings.add(difference);
}

// Private

/** Kinds of content whose places say what their values are. */
const NAMED_BY_PATH = /^html:/;

interface Found {
  readonly weight: number;
  readonly difference: Difference;
}

interface Change {
  readonly kind: DifferenceKind;
  /** Of running, and of testing where it has something there. */
  readonly texts: readonly string[];
  /** The index of the values that these are; -1: they are none. */
  readonly at: number;
}

function changeAt(ours: Place, theirs: Place | undefined, comparing: Comparing): Change | null {
  if (theirs === undefined) {
    const [text, at] = textOf(ours);
    return { kind: 'missing', texts: [text], at };
  }
  const [before, after] = [ours.values.length, theirs.values.length];
  if (before !== after) {
    const kind = before > after ? 'missing' : 'extra';
    return { kind, texts: [`${before} times`, `${after} times`], at: -1 };
  }
  if (ours.isPresence === true) return null;
  for (let index = 0; index < before; index++) {
    const [one, other] = [ours.values[index] ?? '', theirs.values[index] ?? ''];
    if (one === other) continue;
    const change = comparing.textChange(one, other);
    if (change === 'same') continue;
    return { kind: ours.isType === true ? 'type' : change, texts: [one, other], at: index };
  }
  return null;
}

/** Whether a rule ignores the place; a difference that it hides is recorded. */
function isIgnored(
  { findings, places }: Comparing,
  path: string,
  ours: readonly string[],
  theirs: readonly string[],
): boolean {
  if (places?.rules?.ignoresContent(path) !== true) return false;
  if (!isEqual(ours, theirs)) findings.skip(path);
  return true;
}

/** What there is, and the index of that value. */
function textOf({ values }: Place): readonly [string, number] {
  const at = values.findIndex((value) => value !== '');
  return [values[at] ?? `${values.length} times`, at];
}

function namesAt({ names = NO_NAMES, named }: Place, at: number): readonly string[] {
  return [...names, ...(named.get(at) ?? NO_NAMES)];
}

function isEqual(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function shown(
  { places }: Comparing,
  path: string,
  text: string,
  names: readonly string[],
): string {
  if (names.length > 0 && places?.isMasked(names) === true) return MASKED;
  // What a part, a line or a column holds is named somewhere else in the document, or nowhere.
  if (places !== undefined && !NAMED_BY_PATH.test(path)) return `${text.length} characters`;
  const cut = text.slice(0, MAX_SEARCHED);
  return brief(JSON.stringify(places === undefined ? cut : places.maskText(cut)));
}
