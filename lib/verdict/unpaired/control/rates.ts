import { isSafeMethod } from '../../../model/exchange.ts';
import {
  readCount,
  readList,
  readNumbers,
  readRecord,
  readText,
  readValue,
} from '../../evidence/checkpoint.ts';
import { logOf, msOf, QUANTILE_WARM, stepQuantile } from '../../math/quantile.ts';
import type { Block, Unit } from '../blocks.ts';
import { KINDS } from '../kinds.ts';
import { ENDPOINTS_MAX } from '../parameters.ts';

const OTHER_ENDPOINTS = 'other endpoints';
/** Very slow: more than this many times control's 95th percentile, plus the slack. */
const SLOW_FACTOR = 2;
const SLOW_SLACK_MS = 20;

/** How often one endpoint did what: in client blocks, and in plain responses for people. */
export class Rate {
  units = 0;
  readonly unitHits: number[] = KINDS.map(() => 0);
  responses = 0;
  readonly hits: number[] = KINDS.map(() => 0);
  p95 = 0;
  p95Answers = 0;

  add(units: Iterable<Unit>): void {
    for (const { responses, hits } of units) {
      this.units++;
      this.responses += responses;
      for (let kind = 0; kind < hits.length; kind++) {
        const count = hits[kind] as number;
        if (count === 0) continue;
        this.hits[kind] = (this.hits[kind] as number) + count;
        this.unitHits[kind] = (this.unitHits[kind] as number) + count / responses;
      }
    }
  }

  learnTime(ms: number): void {
    this.p95Answers++;
    this.p95 = stepQuantile(this.p95, logOf(ms), this.p95Answers);
  }

  /** From which time on a response is very slow; null while too little is known. */
  get slowAboveMs(): number | null {
    return this.p95Answers < QUANTILE_WARM ? null : SLOW_FACTOR * msOf(this.p95) + SLOW_SLACK_MS;
  }

  checkpoint(): unknown {
    const { units, unitHits, responses, hits, p95, p95Answers } = this;
    return { units, responses, p95, p95Answers, unitHits, hits };
  }

  /** @throws ViliError `VILI_VERDICT_CHECKPOINT` naming the field that is not as it should be. */
  restore(data: unknown, where: string): void {
    const record = readRecord(data, where);
    const numbers = { units: 0, responses: 0, p95: 0, p95Answers: 0 };
    Object.assign(this, readNumbers(numbers, record, where));
    for (const name of ['unitHits', 'hits'] as const) {
      const list = readList(record[name], `${where}.${name}`, KINDS.length);
      for (let kind = 0; kind < KINDS.length; kind++) {
        this[name][kind] = readValue(list[kind], `${where}.${name}[${kind}]`);
      }
    }
  }
}

/** The rates of one arm, of each endpoint and of all; at most `ENDPOINTS_MAX`, all others are one. */
export class Rates {
  readonly all = new Rate();
  readonly #endpoints = new Map<string, Rate>();

  /** The endpoint under which `name` is counted, in whatever arm. */
  nameOf(name: string): string {
    const isRoom = this.#endpoints.has(name) || this.#endpoints.size < ENDPOINTS_MAX;
    return isRoom ? name : OTHER_ENDPOINTS;
  }

  find(name: string): Rate | undefined {
    return this.#endpoints.get(name);
  }

  of(name: string): Rate {
    let rate = this.#endpoints.get(name);
    if (rate === undefined) this.#endpoints.set(name, (rate = new Rate()));
    return rate;
  }

  add({ endpoints, all }: Block): void {
    this.all.add(all.values());
    for (const [name, units] of endpoints) this.of(this.nameOf(name)).add(units.values());
  }

  /** Writes first, since nothing else judges them, then the most frequent. */
  names(): readonly string[] {
    const rows = [...this.#endpoints].map(([name, { units }]) => ({
      name,
      units,
      isWrite: !isSafeMethod(name.slice(0, Math.max(0, name.indexOf(' ')))),
    }));
    rows.sort((a, b) => Number(b.isWrite) - Number(a.isWrite) || b.units - a.units);
    return rows.map(({ name }) => name);
  }

  checkpoint(): unknown {
    const list = [...this.#endpoints].map(([name, rate]) => ({ name, rate: rate.checkpoint() }));
    return { count: list.length, all: this.all.checkpoint(), list };
  }

  /** @throws ViliError `VILI_VERDICT_CHECKPOINT` naming the field that is not as it should be. */
  restore(data: unknown, where: string): void {
    const record = readRecord(data, where);
    readCount(record['count'], `${where}.count`);
    this.all.restore(record['all'], `${where}.all`);
    const list = readList(record['list'], `${where}.list`, ENDPOINTS_MAX + 1);
    for (const [index, one] of list.entries()) {
      const at = `${where}.list[${index}]`;
      const { name, rate } = readRecord(one, at);
      this.of(readText(name, `${at}.name`)).restore(rate, `${at}.rate`);
    }
  }
}
