import { attempt } from '../../errors.ts';
import { type CheckedReaders, checkedReaders } from '../../model/text/checked.ts';
import type { Decision } from '../../verdict/report.ts';
import {
  ENDPOINT_COUNTS,
  type EndpointCounts,
  endpointFields,
  MARKED,
  type Marked,
  totalFields,
} from '../../verdict/sharing/counts.ts';
import type { Fields } from '../../verdict/sharing/fields.ts';
import { MAX_MARKS, type Mark } from '../../verdict/sharing/marks.ts';
import { type Block, MAX_BLOCKS } from '../../verdict/sharing/timeline.ts';
import { unpackRecord } from './pack.ts';
import {
  EVIDENCE_SCHEMA,
  type HostEvidence,
  MARK_UNIT_MS,
  MAX_ENDPOINTS,
  MAX_NAME,
  MAX_OBJECTIONS,
  MAX_RECORD_BYTES,
} from './record.ts';

const MAX_COUNT = 1e12;
/** Of one kind, in one test. */
const MAX_COUNTED = 1e9;
const MAX_TIME_MS = 1e13;
const MAX_TEXT = 255;
/** Those that need not be whole. */
const PARTLY: ReadonlySet<string> = new Set(['burstSurprise', 'recent']);
const CONTROL = /\p{Cc}/u;
const CODE = /^[a-z][a-z-]{0,39}$/;
const DECISIONS: readonly Decision[] = ['collecting', 'promote', 'reject', 'inconclusive'];

/**
 * Reads what a host wrote. It comes from another machine and may be anything.
 * @throws ViliError `VILI_FLEET_EVIDENCE` naming what is wrong (after `where`), its value, and the rule.
 */
export function readEvidence(text: string, where: string): HostEvidence {
  return new Reader(where).read(text);
}

// Private

interface Compared {
  readonly pairs: number;
  readonly worse: number;
  readonly better: number;
}

class Reader {
  readonly #read: CheckedReaders;

  constructor(where: string) {
    this.#read = checkedReaders('VILI_FLEET_EVIDENCE', `evidence of ${where}`);
  }

  read(text: string): HostEvidence {
    const bytes = Buffer.byteLength(text);
    if (bytes > MAX_RECORD_BYTES) {
      throw this.#read.invalid('its size', bytes, `at most ${MAX_RECORD_BYTES} bytes`);
    }
    const data: unknown = attempt(() => JSON.parse(unpackRecord(text) ?? ''), undefined);
    if (data === undefined) throw this.#read.invalid('it', text, 'JSON, deflated or not');
    const record = this.#read.record(data, 'it');
    if (record['schema'] !== EVIDENCE_SCHEMA) {
      throw this.#read.invalid('schema', record['schema'], EVIDENCE_SCHEMA);
    }
    return this.#evidence(record);
  }

  #evidence(record: Record<string, unknown>): HostEvidence {
    const step = this.#read.number(record['step'], 'step', 0, MAX_COUNT);
    const elapsedMs = this.#read.number(record['elapsedMs'], 'elapsedMs', 0, MAX_TIME_MS);
    const [paced = 0, recentPace = 0, usualPace = 0] = this.#numbers(record['pace'], 'pace', 3);
    const [endpoints = 0, pairs = 0, once = 0, suspicious = 0] = this.#numbers(
      record['cut'],
      'cut',
      4,
    );
    const marks = this.#read.list(record['marks'], 'marks', MARKED.length);
    const markOf = (name: Marked): readonly Mark[] => {
      const at = MARKED.indexOf(name);
      return this.#marks(marks[at], `marks[${at}]`);
    };
    return {
      host: this.#text(record['host'], 'host', MAX_TEXT),
      version: this.#text(record['version'], 'version', MAX_TEXT),
      writtenAtMs: this.#read.number(record['writtenAtMs'], 'writtenAtMs', 0, MAX_TIME_MS),
      decision: this.#decision(record['decision']),
      cut: { endpoints, pairs, once, suspicious },
      counts: {
        elapsedMs,
        lastPairAtMs: this.#read.number(record['lastPairAtMs'], 'lastPairAtMs', 0, MAX_TIME_MS),
        totals: this.#compared(this.#counts(totalFields, record['totals'], 'totals'), 'totals'),
        means: { paced, recentPace, usualPace },
        endpoints: this.#endpoints(record['endpoints']),
        step,
        burst: this.#blocks(record['burst'], 'burst', step),
        latency: this.#blocks(record['latency'], 'latency', step),
        marks: {
          pairedMarks: markOf('pairedMarks'),
          burstMarks: markOf('burstMarks'),
          slowMarks: markOf('slowMarks'),
          windowMarks: markOf('windowMarks'),
        },
        objections: this.#read
          .list(record['objections'], 'objections', MAX_OBJECTIONS)
          .map((one, at) => this.#code(one, `objections[${at}]`)),
        hasSubstance: record['hasSubstance'] === true,
        oddsWorse: this.#read.number(record['odds'], 'odds', 0, MAX_COUNT),
      },
    };
  }

  #endpoints(data: unknown): readonly EndpointCounts[] {
    const names = new Set<string>();
    return this.#read.list(data, 'endpoints', MAX_ENDPOINTS).map((one, at) => {
      const where = `endpoints[${at}]`;
      const [first, rank, ...rest] = this.#read.list(one, where, ENDPOINT_COUNTS.length + 2);
      const name = this.#text(first, `${where}[0]`, MAX_NAME);
      if (names.has(name)) throw this.#read.invalid(`${where}[0]`, name, 'there once');
      names.add(name);
      const counts = this.#compared(this.#counts(endpointFields, rest, where), where);
      return {
        name,
        rank: Math.max(1, this.#read.number(rank, `${where}[1]`, 0, MAX_COUNT)),
        counts,
        present: ENDPOINT_COUNTS.filter((count) => counts[count] > 0),
      };
    });
  }

  #blocks(data: unknown, where: string, step: number): readonly Block[] {
    return this.#read.list(data, where, MAX_BLOCKS).map((one, at) => {
      const [start = 0, misses = 0, hits = 0, surprise = 0] = this.#numbers(
        one,
        `${where}[${at}]`,
        4,
      );
      if (!Number.isInteger(misses) || !Number.isInteger(hits)) {
        throw this.#read.invalid(`${where}[${at}]`, one, 'whole numbers but for the last');
      }
      if (!Number.isInteger(start) || start > step) {
        throw this.#read.invalid(
          `${where}[${at}][0]`,
          start,
          `a whole number up to ${step}, the step`,
        );
      }
      return { start, misses, hits, surprise };
    });
  }

  #marks(data: unknown, where: string): readonly Mark[] {
    let units = 0;
    return this.#read.list(data, where, MAX_MARKS).map((one, at) => {
      if (!Number.isSafeInteger(one) || one === 0) {
        throw this.#read.invalid(`${where}[${at}]`, one, 'a whole number that is not 0');
      }
      units = Math.min(MAX_TIME_MS / MARK_UNIT_MS, units + Math.abs(one as number) - 1);
      return { atMs: units * MARK_UNIT_MS, isWorse: (one as number) > 0 };
    });
  }

  #counts<K extends string>(fields: Fields<K>, data: unknown, where: string): Record<K, number> {
    const counts = fields.blank();
    const list = this.#read.list(data, where, fields.names.length);
    for (const [at, one] of list.entries()) {
      const name = fields.names[at] as K;
      const isWhole = Number.isInteger(one) || PARTLY.has(name);
      if (!isWhole) throw this.#read.invalid(where, one, 'a list of whole numbers');
      counts[name] = this.#read.number(one, where, 0, MAX_COUNTED);
    }
    return counts;
  }

  /** Every comparison that went one way or the other is one of the pairs: shares of them are at most 1. */
  #compared<T extends Compared>(counts: T, where: string): T {
    const { pairs, worse, better } = counts;
    if (worse + better <= pairs) return counts;
    const rule = `at most ${pairs}, its pairs`;
    throw this.#read.invalid(`worse and better together in ${where}`, worse + better, rule);
  }

  #numbers(data: unknown, where: string, most: number): readonly number[] {
    return this.#read
      .list(data, where, most)
      .map((one, at) => this.#read.number(one, `${where}[${at}]`, 0, MAX_COUNT));
  }

  #text(data: unknown, where: string, most: number): string {
    if (typeof data === 'string' && data.length > 0 && data.length <= most && !CONTROL.test(data)) {
      return data;
    }
    throw this.#read.invalid(
      where,
      data,
      `a text of 1 to ${most} characters without control characters`,
    );
  }

  #code(data: unknown, where: string): string {
    if (typeof data === 'string' && CODE.test(data)) return data;
    throw this.#read.invalid(where, data, 'a code such as memory-growth');
  }

  #decision(data: unknown): Decision {
    const decision = DECISIONS.find((one) => one === data);
    if (decision !== undefined) return decision;
    throw this.#read.invalid('decision', data, `one of ${DECISIONS.join(', ')}`);
  }
}
