import type { Difference, PairOutcome } from '../../../compare/outcome.ts';
import {
  readCount,
  readList,
  readRecord,
  readText,
  readTexts,
  readValue,
} from '../../evidence/checkpoint.ts';
import { natureOf } from './tells-process.ts';

/** Fields followed per endpoint; one that changes seldom makes room. */
const MAX_FIELDS = 16;
/** Fields of one pair that begin to be followed. */
const MAX_ADMITTED = 4;
const MAX_SAMPLES = 5;
const MAX_TEXT = 120;
const LONGEST_PATH = 450;
/** Weight of the newest pair in `recent`. */
const NEWEST = 1 / 32;

/** In nearly all responses: so many of all, or of those lately, since a version may change later. */
const NEARLY_ALL = 0.75;
const NEARLY_ALL_LATELY = 0.9;
/** Where testing has always nothing (0, false, an empty text), running has the same now and then. */
const NEARLY_ALL_EMPTIED = 0.25;
/** Most endpoints never need a list of their own. */
const NONE: readonly ChangedField[] = [];
const EMPTY = new Set(['0', '0.0', 'false', '""', '']);
/** Asked again, only testing differed so often: odds of 5 to 1 against chance (3 to 1 hold an endpoint). */
const MIN_ALONE = 3;
/** Running may differ from itself this much more seldom: the value does change now and then. */
const SELDOM = 1 / 20;
/** A process that is started again has other values of its own. */
const MAX_SWITCHES = 4;
const SWITCHES_SHARE = 0.05;

/** One place where testing's value is another one. */
export interface ChangedField {
  readonly path: string;
  /** The latest values of both. */
  running: string;
  testing: string;
  changed: number;
  /** Of the pairs in which running was asked again: how often only one side differed. */
  alone: number;
  runningAlone: number;
  /** The share of changed responses lately. */
  recent: number;
  /** How often a side had another value than in the pair before. */
  switches: number;
  /** Pairs that show more than the version or the process, and those in which testing has something. */
  real: number;
  filled: number;
  readonly samples: string[];
}

/** The values that changed at one endpoint, in a bounded number of fields. */
export class ChangedFields {
  #fields: readonly ChangedField[] = NONE;

  get isEmpty(): boolean {
    return this.#fields.length === 0;
  }

  get all(): readonly ChangedField[] {
    return this.#fields;
  }

  /** Takes in a pair in which both responses are of the same kind; `compared` counts it already. */
  observe({ differences, baseline, requestId, atMs }: PairOutcome, compared: number): void {
    const hits = new Set<ChangedField>();
    const unknown: Difference[] = [];
    const hit = (field: ChangedField, difference: Difference): void => {
      hits.add(field);
      take(field, difference, atMs);
      if (baseline !== null) field.alone++;
      if (field.samples.length < MAX_SAMPLES) field.samples.push(requestId.slice(0, MAX_TEXT));
    };
    for (const difference of differences) {
      if (difference.kind !== 'value') continue;
      const field = this.#at(difference.path);
      if (field === undefined) unknown.push(difference);
      else hit(field, difference);
    }
    // Not always the same ones, so that a field that changes each time gets its turn among many that do not.
    for (let n = 0; n < Math.min(MAX_ADMITTED, unknown.length); n++) {
      const difference = unknown[(compared * MAX_ADMITTED + n) % unknown.length];
      const field = difference && this.#admit(difference.path, compared, hits);
      if (field) hit(field, difference);
    }
    for (const path of baseline?.values ?? []) {
      const field = this.#at(path) ?? this.#admit(path, compared, hits);
      if (field !== null) field.runningAlone++;
    }
    for (const field of this.#fields) {
      field.recent += (Number(hits.has(field)) - field.recent) * NEWEST;
    }
  }

  checkpoint(): unknown {
    return this.#fields.map((field) => ({ ...field, samples: [...field.samples] }));
  }

  restore(data: unknown, where: string): void {
    this.#fields = readList(data, where, MAX_FIELDS).map((one, index) => {
      const at = `${where}[${index}]`;
      const record = readRecord(one, at);
      const text = (key: string): string => readText(record[key], `${at}.${key}`);
      const count = (key: string): number => readCount(record[key], `${at}.${key}`);
      return {
        path: text('path'),
        running: text('running'),
        testing: text('testing'),
        changed: count('changed'),
        alone: count('alone'),
        runningAlone: count('runningAlone'),
        recent: readValue(record['recent'], `${at}.recent`),
        switches: count('switches'),
        real: count('real'),
        filled: count('filled'),
        samples: readTexts(record['samples'], `${at}.samples`, MAX_SAMPLES),
      };
    });
  }

  // Private

  #at(path: string): ChangedField | undefined {
    return this.#fields.find((field) => field.path === path.slice(0, LONGEST_PATH));
  }

  #admit(path: string, compared: number, hits: ReadonlySet<ChangedField>): ChangedField | null {
    if (this.#fields.length >= MAX_FIELDS && !this.#makeRoom(compared, hits)) return null;
    const admitted = {
      path: path.slice(0, LONGEST_PATH),
      running: '',
      testing: '',
      changed: 0,
      alone: 0,
      runningAlone: 0,
      recent: 0,
      switches: 0,
      real: 0,
      filled: 0,
      samples: [],
    };
    this.#fields = [...this.#fields, admitted];
    return admitted;
  }

  #makeRoom(compared: number, hits: ReadonlySet<ChangedField>): boolean {
    let rarest = -1;
    for (const [index, field] of this.#fields.entries()) {
      if (hits.has(field)) continue;
      if (field.changed < (this.#fields[rarest]?.changed ?? Number.POSITIVE_INFINITY))
        rarest = index;
    }
    const changed = this.#fields[rarest]?.changed ?? Number.POSITIVE_INFINITY;
    if (changed > 1 && changed > NEARLY_ALL_EMPTIED * compared) return false;
    this.#fields = this.#fields.filter((_, index) => index !== rarest);
    return true;
  }
}

/** The value is another one in nearly all of the endpoint's responses, and running's own is not. */
export function isSystematic(field: ChangedField, compared: number): boolean {
  const { changed, alone, runningAlone, recent, real, filled } = field;
  if (real === 0 || alone < MIN_ALONE || runningAlone > SELDOM * alone) return false;
  const share = changed / Math.max(1, compared);
  return share >= (filled === 0 ? NEARLY_ALL_EMPTIED : NEARLY_ALL) || recent >= NEARLY_ALL_LATELY;
}

// Private

function take(field: ChangedField, { path, running = '', testing = '' }: Difference, atMs: number) {
  const isSame = running === field.running && testing === field.testing;
  const isFirst = field.changed === 0;
  field.changed++;
  if (!EMPTY.has(testing)) field.filled++;
  if (isSame && !isFirst) return;
  field.running = running.slice(0, MAX_TEXT);
  field.testing = testing.slice(0, MAX_TEXT);
  if (field.real > 0) return;
  const nature = natureOf(path, running, testing, atMs);
  if (nature === 'constant' && !isFirst) field.switches++;
  const isSwitching = field.switches > MAX_SWITCHES + SWITCHES_SHARE * field.changed;
  if (nature === 'real' || isSwitching) field.real++;
}
