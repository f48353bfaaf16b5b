import type { LogKind } from '../../../logs/follow/batch.ts';
import { readList, readNumbers, readRecord, readText } from '../../evidence/checkpoint.ts';
import { areSimilar, commonWords, follows, type KindWords, kindWords } from './kind-words.ts';

/** New kinds, and as many that running had before the test. */
const MAX_KINDS = 200;
const MAX_TEXT = 500;
/** The window of an occurrence that has not come yet; every window starts at or after 0. */
const NEVER = -1;
/** Of the kinds that resemble one, so many are kept. */
const MAX_SIMILAR = 50;
/** Templates learned from running's earlier instances. */
const MAX_TEMPLATES = 50;

export interface ErrorKind {
  readonly signature: string;
  readonly level: string;
  readonly example: string;
  readonly counts: ErrorKindCounts;
  readonly words: KindWords;
  /** Kinds whose text may be the same error's in another process. */
  readonly similar: ErrorKind[];
}

export interface ErrorKindCounts {
  /** Order of discovery; 0 for a kind that running had before the test, which is never new. */
  rank: number;
  /** Windows in which testing, running logged it. */
  testing: number;
  running: number;
  /** Its own e-value, with what running logged under another name. */
  value: number;
  /** Log windows that had passed when it was first seen. */
  sinceWindow: number;
  testingAt: number;
  runningAt: number;
  lines: number;
  /** Before the test: in how many windows running logged it, and the number of its instance; 0: several. */
  before: number;
  instance: number;
}

/** A kind of error as running logged it before the test. */
export interface EarlierKind {
  readonly signature: string;
  readonly level: string;
  readonly windows: number;
  /** The number of the only instance that logged it; 0: several did. */
  readonly instance: number;
}

/** What is known of running's log before the test. */
export interface EarlierKinds {
  readonly windows: number;
  readonly kinds: readonly EarlierKind[];
}

/** The kinds of one test by signature, in a checkpoint as a list. */
export class ErrorKinds {
  readonly #kinds = new Map<string, ErrorKind>();
  readonly #templates: KindWords[] = [];
  /** Those that are new, which share the budget. */
  #discovered = 0;
  /** Counts what changed, for those who keep what they made of it. */
  changes = 0;

  all(): IterableIterator<ErrorKind> {
    return this.#kinds.values();
  }

  get(signature: string): ErrorKind | undefined {
    return this.#kinds.get(signature.slice(0, MAX_TEXT));
  }

  /** Null for a new kind when there are too many already. */
  of({ signature, level, example }: LogKind, windows: number): ErrorKind | null {
    const known = this.get(signature);
    if (known !== undefined) return known;
    if (this.#discovered >= MAX_KINDS) return null;
    return this.#add(signature, level, example, blankCounts(this.#discovered + 1, windows));
  }

  /** Takes in a kind that is not new. */
  addEarlier({ signature, level, windows, instance }: EarlierKind): void {
    if (this.#kinds.size - this.#discovered >= MAX_KINDS || this.get(signature) !== undefined)
      return;
    const counts = { ...blankCounts(0, 0), before: windows, instance };
    this.#add(signature, level, signature, counts);
  }

  checkpoint(): unknown {
    return [...this.all()].map(({ signature, level, example, counts }) => ({
      signature,
      level,
      example,
      counts: { ...counts },
    }));
  }

  restore(data: unknown, where: string): void {
    for (const [index, one] of readList(data, where, 2 * MAX_KINDS).entries()) {
      const at = `${where}[${index}]`;
      const record = readRecord(one, at);
      this.#add(
        readText(record['signature'], `${at}.signature`),
        readText(record['level'], `${at}.level`),
        readText(record['example'], `${at}.example`),
        // The checkpoint of an earlier Vili has nothing of the time before the test.
        readNumbers(
          blankCounts(1, 0),
          { before: 0, instance: 0, ...readRecord(record['counts'], `${at}.counts`) },
          `${at}.counts`,
        ),
      );
    }
  }

  #add(signature: string, level: string, example: string, counts: ErrorKindCounts): ErrorKind {
    const kind: ErrorKind = {
      signature: signature.slice(0, MAX_TEXT),
      level: level.slice(0, MAX_TEXT),
      example: example.slice(0, MAX_TEXT),
      counts,
      words: kindWords(signature.slice(0, MAX_TEXT)),
      similar: [],
    };
    this.#relate(kind);
    this.changes += 1;
    if (counts.rank > 0) this.#discovered += 1;
    this.#kinds.set(kind.signature, kind);
    return kind;
  }

  /** Finds the kinds that resemble this one, once: texts do not change. */
  #relate(kind: ErrorKind): void {
    for (const other of this.#kinds.values()) {
      if (other.level !== kind.level) continue;
      const isSimilar = areSimilar(kind.words, other.words);
      if (!isSimilar && !this.#templates.some((it) => followBoth(it, kind, other))) continue;
      if (kind.similar.length < MAX_SIMILAR) kind.similar.push(other);
      if (other.similar.length < MAX_SIMILAR) other.similar.push(kind);
      if (isSimilar) this.#learn(kind, other);
    }
  }

  /** Two instances of running that each had a text of its own show which words differ by process. */
  #learn({ words, counts }: ErrorKind, other: ErrorKind): void {
    const [one, two] = [counts.instance, other.counts.instance];
    if (one === 0 || two === 0 || one === two || this.#templates.length >= MAX_TEMPLATES) return;
    this.#templates.push(commonWords(words, other.words));
  }
}

function followBoth(template: KindWords, one: ErrorKind, other: ErrorKind): boolean {
  return follows(one.words, template) && follows(other.words, template);
}

/** Counts an occurrence; one in a window that has one already is none. */
export function countOccurrence(
  counts: ErrorKindCounts,
  side: 'testing' | 'running',
  window: number,
): boolean {
  if (counts[`${side}At`] === window) return false;
  counts[`${side}At`] = window;
  counts[side]++;
  return true;
}

// Private

function blankCounts(rank: number, windows: number): ErrorKindCounts {
  return {
    rank,
    testing: 0,
    running: 0,
    value: 1,
    sinceWindow: windows,
    testingAt: NEVER,
    runningAt: NEVER,
    lines: 0,
    before: 0,
    instance: 0,
  };
}
