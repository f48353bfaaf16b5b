import { ViliError } from '../../errors.ts';
import { endpointBudget } from '../evidence/endpoint.ts';
import { type Block, Blocks, type Unit } from './blocks.ts';
import { Confirmation } from './confirmation.ts';
import type { UserHistory } from './control/history.ts';
import type { Found } from './found.ts';
import { type Judged, judged, oddsOf, strengthOf } from './judged.ts';
import { KINDS, kindsOf, type UserResponse } from './kinds.ts';
import { Meanwhile } from './control/meanwhile.ts';
import { nullRateOf } from './control/null-rate.ts';
import { BLOCK_LOG_MAX, BLOCK_MS, OUTAGE_LOG_MAX, WORSE_ODDS } from './parameters.ts';
import { Outages } from './outages.ts';
import type { RateProcess } from './rate-process.ts';
import { Rates } from './control/rates.ts';
import { reasonsOf, type UnpairedReport } from './reasons.ts';
import { rowsOf } from './rows.ts';

/** What an operator sets. */
export interface UnpairedSettings {
  /** How much more often the version on trial may fail: 0.005 is half a response in a hundred. */
  readonly margin: number;
  /** Slowness is judged only after this much time: a fresh process has to warm up. */
  readonly warmupTimeMs: number;
  /** Whether a slower version counts. */
  readonly speed: 'block' | 'report';
}

interface Moment {
  readonly block: Block;
  /** By kind. */
  readonly outages: readonly boolean[];
}

/**
 * Judges a version that serves users by what they get, against what users of another version get or got. Nothing is
 * paired: the other version may serve other users at the same time (`control`), or have served all before (`history`).
 * Anytime-valid: it may be asked after every response. Bounded memory.
 */
export class Unpaired {
  readonly #settings: UnpairedSettings;
  readonly #startedAtMs: number;
  readonly #history: UserHistory;
  readonly #meanwhile: Meanwhile;
  readonly #blocks = new Blocks();
  readonly #rates = new Rates();
  readonly #all: Judged = judged(null, 1);
  readonly #endpoints = new Map<string, Judged>();
  readonly #ranks: ReadonlyMap<string, number>;
  readonly #outages = new Outages();
  readonly #confirmation = new Confirmation();
  /** As of the last block. */
  #odds = { total: 1, slowness: 0 };
  #discovered: number;
  /** Whether the times of any response counted. */
  #isTimed = false;

  /** @throws ViliError `VILI_VERDICT_SETTINGS` for a margin that makes a test impossible. */
  constructor(settings: UnpairedSettings, startedAtMs: number, history: UserHistory) {
    const { margin } = settings;
    if (!(margin > 0 && margin < 1)) {
      const text = `verdict setting margin is ${margin}, it must be between 0 and 1`;
      throw new ViliError('VILI_VERDICT_SETTINGS', text);
    }
    history.close();
    this.#settings = settings;
    this.#startedAtMs = startedAtMs;
    this.#history = history;
    this.#meanwhile = new Meanwhile(history.rates);
    this.#ranks = new Map(history.rates.names().map((name, index) => [name, index + 1]));
    this.#discovered = this.#ranks.size;
  }

  /** A user of the version on trial got this. */
  trial(response: UserResponse): void {
    this.advance(response.atMs);
    const name = this.#nameOf(response.endpoint);
    const { warmupTimeMs, speed } = this.#settings;
    const isTimed = speed === 'block' && response.atMs - this.#startedAtMs >= warmupTimeMs;
    this.#isTimed ||= isTimed;
    const limitMs = isTimed ? (this.#history.rates.find(name)?.slowAboveMs ?? null) : null;
    this.#blocks.add(name, response.client, kindsOf(response, limitMs));
  }

  /** A user of control got this at the same time. */
  control(response: UserResponse): void {
    this.#meanwhile.responded(response);
  }

  /** Time has passed: a block may be over. Call it at least every second. */
  advance(atMs: number): void {
    this.#meanwhile.advance(atMs);
    const block = this.#blocks.advance(atMs);
    if (block === null) return;
    this.#rates.add(block);
    const found = this.#outages.update(block);
    const outages = this.#meanwhile.isWell(block.atMs) ? found.map(() => false) : found;
    this.#judge(this.#all, { block, outages }, block.all.values());
    for (const [name, units] of block.endpoints) {
      this.#judge(this.#judgedOf(this.#nameOf(name)), { block, outages }, units.values());
    }
    this.#confirm(block.atMs, outages.includes(true));
  }

  /** Whether the version on trial is worse: once said, it stays so. */
  get isWorse(): boolean {
    return this.#confirmation.isConfirmed;
  }

  report(): UnpairedReport {
    const all = this.#found(this.#all);
    const ofEndpoints = [...this.#endpoints.values()].flatMap((one) => this.#found(one));
    const { responses, units } = this.#rates.all;
    return {
      isWorse: this.isWorse,
      isPending: this.#confirmation.isPending,
      odds: this.#odds.total,
      oddsNeeded: WORSE_ODDS,
      responses,
      clientBlocks: units,
      controlResponses: this.#history.rates.all.responses + this.#meanwhile.responses(null, 0)[0],
      reasons: reasonsOf([...all, ...ofEndpoints]),
      rows: rowsOf(all, ofEndpoints, this.#isTimed),
    };
  }

  // Private

  /** What control knows keeps its name, so that both are counted under the same; of the others there are few. */
  #nameOf(endpoint: string): string {
    const isKnown = this.#history.rates.find(endpoint) !== undefined;
    return isKnown ? endpoint : this.#rates.nameOf(endpoint);
  }

  #judgedOf(name: string): Judged {
    let found = this.#endpoints.get(name);
    if (found === undefined) {
      const rank = this.#ranks.get(name) ?? ++this.#discovered;
      this.#endpoints.set(name, (found = judged(name, endpointBudget(rank))));
    }
    return found;
  }

  #judge(one: Judged, { block: { atMs }, outages }: Moment, units: Iterable<Unit>): void {
    const { endpoint, processes, nullRates } = one;
    const list = [...units];
    const shareOf = (client: string): number => this.#history.heavy.shareOf(client);
    // Control's blocks of the same moment, and of the one before.
    const sinceMs = atMs - 2 * BLOCK_MS;
    for (const [kind, process] of processes.entries()) {
      const place = { endpoint, kind, margin: this.#settings.margin, sinceMs };
      const nullRate = nullRateOf(this.#history, this.#meanwhile, place);
      if (nullRate === null) continue;
      nullRates[kind] = nullRate;
      const isOutage = outages[kind] === true;
      if (isOutage && endpoint !== null) continue;
      const logMax = isOutage ? OUTAGE_LOG_MAX : BLOCK_LOG_MAX;
      process.update(list, { kind, nullRate, atMs, logMax }, shareOf);
    }
  }

  #confirm(atMs: number, isOutage: boolean): void {
    const { total, slowness } = (this.#odds = oddsOf(this.#all, this.#endpoints.values()));
    let strongest = this.#all.processes[0] as RateProcess;
    let most = 0;
    for (const one of [this.#all, ...this.#endpoints.values()]) {
      for (const [kind, process] of one.processes.entries()) {
        const strength = strengthOf(one, kind);
        if (strength > most) [strongest, most] = [process, strength];
      }
    }
    this.#confirmation.update(atMs, {
      odds: total,
      strongest,
      isSlowness: total - slowness < WORSE_ODDS,
      isOutage,
    });
  }

  #found(one: Judged): readonly Found[] {
    const { endpoint } = one;
    const trial = endpoint === null ? this.#rates.all : this.#rates.find(endpoint);
    const before = endpoint === null ? this.#history.rates.all : this.#history.rates.find(endpoint);
    return KINDS.map((_, kind) => {
      const [responses, hits] = this.#meanwhile.responses(endpoint, kind);
      return {
        endpoint,
        kind,
        strength: strengthOf(one, kind),
        nullRate: one.nullRates[kind] ?? 0,
        trial: { responses: trial?.responses ?? 0, hits: trial?.hits[kind] ?? 0 },
        before: { responses: before?.responses ?? 0, hits: before?.hits[kind] ?? 0 },
        meanwhile: { responses, hits },
      };
    });
  }
}
