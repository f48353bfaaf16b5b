import type { Level } from '../follow/batch.ts';
import { fieldOf, type LogEntry } from './fields.ts';
import {
  configuredLevel,
  LEVEL_FIELDS,
  type LevelOptions,
  levelByList,
  levelByWriter,
  levelInFields,
} from './level.ts';
import { scanEntry } from './scan.ts';
import { WRITERS, type Writer, writerOf } from './writers.ts';

/** Lines that say who writes a file before it is taken for granted; until then each speaks for itself. */
const FIRST_LINES = 16;
/** Later only one line in so many is asked, since hardly any file changes its writer. */
const ASKED_EVERY = 32;
/** Votes are halved at this number, so that another writer can take over. */
const MAX_VOTES = 512;
/** With a smaller share of the votes a file has several writers, and each line is asked. */
const SOLE_SHARE = 0.9;
/** Of an unknown writer's lines, so many have the field of its level; a field of the application has fewer. */
const OWN_FIELD_SHARE = 0.8;

/**
 * Who writes one log file, by the majority of its lines, and the level of each line by that. An unknown
 * writer's level is in the first field of the list that nearly all of its lines have.
 */
export class FileFormat {
  readonly #options: LevelOptions;
  /** Votes by writer; null is an unknown one. */
  readonly #votes = new Map<Writer | null, number>();
  #total = 0;
  #lines = 0;
  /** Of the unknown writer's lines, how many have a level in a field. */
  readonly #fields = new Map<string, number>();
  /** The only writer; undefined while there are several, or too few lines. */
  #sole: Writer | null | undefined = undefined;
  /** Those who have written here, in the order of the table. */
  #seen: readonly Writer[] = [];
  /** A key in quotes, kept since nearly every line has the same. */
  #quoted = { key: '', text: '""' };
  /** Where the unknown writer has its level. */
  #ownFields: readonly string[] = [];

  constructor(options: LevelOptions) {
    this.#options = options;
  }

  /** For people: who writes the file, or where the level is; empty without a JSON line. */
  get name(): string {
    if (this.#total === 0) return '';
    const { levelField } = this.#options;
    if (levelField !== '') return `level in ${levelField}`;
    const [most] = [...this.#votes].sort(([, one], [, other]) => other - one)[0] ?? [];
    if (most !== null && most !== undefined) return most.name;
    const [field] = this.#commonFields(1);
    return field === undefined ? 'unknown format' : `unknown format, level in ${field}`;
  }

  /** `text` is what was parsed: it shows which keys were given twice. */
  levelOf(parsed: LogEntry, text: string): Level {
    const isAsked = this.#lines < FIRST_LINES || this.#lines % ASKED_EVERY === 0;
    this.#lines += 1;
    if (isAsked) this.#vote(parsed);
    const options = this.#options;
    if (options.levelField !== '') {
      const entry = this.#once(parsed, text, options.levelField);
      const configured = configuredLevel(entry, options);
      if (configured !== null) return configured;
    }
    const sole = this.#sole;
    if (sole !== undefined && sole !== null && hasLevelOf(sole, parsed)) {
      return levelByWriter(this.#once(parsed, text, sole.level[0]), sole, options);
    }
    if (sole === null) {
      const [field] = this.#ownFields;
      const entry = this.#once(parsed, text, field);
      const level = levelInFields(entry, this.#ownFields, options);
      if (level !== null) return level;
    }
    const writer = (isAsked ? null : writerOf(parsed, this.#seen)) ?? writerOf(parsed);
    const entry = this.#once(parsed, text, writer === null ? 'level' : writer.level[0]);
    return writer === null ? levelByList(entry, options) : levelByWriter(entry, writer, options);
  }

  // Private

  #vote(entry: LogEntry): void {
    const writer = writerOf(entry);
    const votes = this.#votes.get(writer);
    this.#votes.set(writer, (votes ?? 0) + 1);
    if (votes === undefined) this.#seen = WRITERS.filter((it) => this.#votes.has(it));
    this.#total += 1;
    if (writer === null) {
      for (const field of LEVEL_FIELDS) {
        if (levelInFields(entry, [field], this.#options) === null) continue;
        this.#fields.set(field, (this.#fields.get(field) ?? 0) + 1);
      }
    }
    if (this.#total >= MAX_VOTES) this.#halve();
    if (this.#total >= FIRST_LINES) this.#decide();
  }

  #decide(): void {
    this.#sole = undefined;
    for (const [writer, votes] of this.#votes) {
      if (votes >= SOLE_SHARE * this.#total) this.#sole = writer;
    }
    if (this.#sole === null) this.#ownFields = this.#commonFields(OWN_FIELD_SHARE);
  }

  /** Fields of a level in so many of the unknown writer's lines, or the most frequent ones. */
  #commonFields(share: number): readonly string[] {
    const lines = this.#votes.get(null) ?? 0;
    const least = Math.min(share * lines, Math.max(0, ...this.#fields.values()));
    return LEVEL_FIELDS.filter((it) => (this.#fields.get(it) ?? 0) >= Math.max(1, least));
  }

  #halve(): void {
    this.#total = 0;
    for (const [writer, votes] of this.#votes) {
      this.#votes.set(writer, votes / 2);
      this.#total += votes / 2;
    }
    for (const [field, count] of this.#fields) this.#fields.set(field, count / 2);
  }

  /**
   * The line with the first value of a key that is given twice, where the parser keeps the last: writers
   * begin with their own fields, and the application's come after them.
   */
  #once(parsed: LogEntry, text: string, key: string | undefined): LogEntry {
    if (key === undefined || key === '' || !Object.hasOwn(parsed, key)) return parsed;
    if (key !== this.#quoted.key) this.#quoted = { key, text: `"${key}"` };
    const { text: quoted } = this.#quoted;
    const first = text.indexOf(quoted);
    if (first === -1 || text.indexOf(quoted, first + quoted.length) === -1) return parsed;
    return scanEntry(text);
  }
}

function hasLevelOf(writer: Writer, entry: LogEntry): boolean {
  for (const field of writer.level) if (fieldOf(entry, field) !== undefined) return true;
  return false;
}
