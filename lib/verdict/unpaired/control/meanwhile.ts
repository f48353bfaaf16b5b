import { type Block, Blocks } from '../blocks.ts';
import { kindsOf, type UserResponse } from '../kinds.ts';
import { BLOCK_MS, OUTAGE_RATE } from '../parameters.ts';
import { Rates } from './rates.ts';

/** Rates of the present are kept for one to two such times, so that they follow the time of day. */
const RECENT_MS = 300_000;
/** The blocks that count as this moment: both arms meet the same trouble, not in the same millisecond. */
const MOMENT_BLOCKS = 3;
/** Client blocks of this moment that say whether control does well. */
const WELL_UNITS = 3;

/** How control does at the same time as the version on trial: its other users, or the copies it gets. */
export class Meanwhile {
  readonly #blocks = new Blocks();
  readonly #history: Rates;
  #recent = new Rates();
  #before = new Rates();
  #turnAtMs = Number.NEGATIVE_INFINITY;
  #moment: readonly Block[] = [];

  /** `history` says what is slow. */
  constructor(history: Rates) {
    this.#history = history;
  }

  responded(response: UserResponse): void {
    this.advance(response.atMs);
    const { endpoint, client } = response;
    const kinds = kindsOf(response, this.#history.find(endpoint)?.slowAboveMs ?? null);
    this.#blocks.add(endpoint, client, kinds);
  }

  advance(atMs: number): void {
    const block = this.#blocks.advance(atMs);
    if (block === null) return;
    if (block.atMs - this.#turnAtMs >= RECENT_MS) {
      [this.#before, this.#recent, this.#turnAtMs] = [this.#recent, new Rates(), block.atMs];
    }
    this.#recent.add(block);
    this.#moment = [...this.#moment.slice(1 - MOMENT_BLOCKS), block];
  }

  /** Client blocks of the last minutes, and how many were of this kind; `endpoint` null: of all endpoints. */
  recent(endpoint: string | null, kind: number): readonly [units: number, hits: number] {
    let [units, hits] = [0, 0];
    for (const rates of [this.#recent, this.#before]) {
      const rate = endpoint === null ? rates.all : rates.find(endpoint);
      units += rate?.units ?? 0;
      hits += rate?.unitHits[kind] ?? 0;
    }
    return [units, hits];
  }

  /** The same of this moment: blocks that ended after `sinceMs`. */
  now(endpoint: string | null, kind: number, sinceMs: number): readonly [number, number] {
    let [units, hits] = [0, 0];
    for (const block of this.#moment) {
      if (block.atMs <= sinceMs) continue;
      const found = endpoint === null ? block.all : block.endpoints.get(endpoint);
      for (const unit of found?.values() ?? []) {
        units++;
        hits += (unit.hits[kind] as number) / unit.responses;
      }
    }
    return [units, hits];
  }

  /** Whether users of control are served at this moment, and hardly anything fails. */
  isWell(atMs: number): boolean {
    let [units, hits] = [0, 0];
    for (const { atMs: endedMs, all } of this.#moment) {
      if (atMs - endedMs > MOMENT_BLOCKS * BLOCK_MS) continue;
      for (const { responses, hits: counts } of all.values()) {
        units++;
        hits += ((counts[0] ?? 0) + (counts[1] ?? 0)) / responses;
      }
    }
    return units >= WELL_UNITS && hits < OUTAGE_RATE * units;
  }

  /** How many responses of the last minutes were of this kind, for people. */
  responses(endpoint: string | null, kind: number): readonly [responses: number, hits: number] {
    let [responses, hits] = [0, 0];
    for (const rates of [this.#recent, this.#before]) {
      const rate = endpoint === null ? rates.all : rates.find(endpoint);
      responses += rate?.responses ?? 0;
      hits += rate?.hits[kind] ?? 0;
    }
    return [responses, hits];
  }
}
