import { mergeEvidence } from '../../../lib/fleet/evidence/merge.ts';
import { packRecord } from '../../../lib/fleet/evidence/pack.ts';
import { readEvidence } from '../../../lib/fleet/evidence/read.ts';
import type { HostEvidence } from '../../../lib/fleet/evidence/record.ts';
import { summarizeEvidence } from '../../../lib/fleet/evidence/summarize.ts';
import { localVetoOdds } from '../../../lib/fleet/evidence/veto.ts';
import type { PendingRejection } from '../../../lib/verdict/decision/confirmation.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../support/default-settings.ts';
import type { ResponseSummary } from '../../../lib/compare/outcome.ts';
import { type Judge, type Outcome, START_MS, ViliJudge } from './judges.ts';
import { Random } from './random.ts';
import type { Side, SimulatedPair } from './traffic.ts';

/** How often hosts write what is new, and the leader decides. */
const EVERY_SECONDS = 5;

/** What the records and merges of one run took. */
export interface FleetCost {
  records: number;
  bytes: number;
  largest: number;
  merges: number;
  mergeMs: number;
  summaryMs: number;
}

export const noCost = (): FleetCost => ({
  records: 0,
  bytes: 0,
  largest: 0,
  merges: 0,
  mergeMs: 0,
  summaryMs: 0,
});

/** The same traffic spread by lot over several hosts, each with a Vili of its own, and one verdict by what they write. */
export class FleetJudge implements Judge {
  readonly #hosts: readonly ViliJudge[];
  readonly #cost: FleetCost;
  readonly #random: Random;
  readonly #changed = new Set<number>();
  readonly #evidence = new Map<number, HostEvidence>();
  #logged: (readonly [number, Side, 'error' | 'warn', number])[] = [];
  #tickSeconds = EVERY_SECONDS;
  #pending: PendingRejection | null = null;
  #outcome: Outcome = null;

  constructor(hosts: number, cost: FleetCost, seed: number) {
    this.#random = new Random(seed);
    this.#cost = cost;
    this.#hosts = Array.from({ length: hosts }, () => new ViliJudge());
    for (const { verdict } of this.#hosts) verdict.rejectAt(localVetoOdds(hosts));
  }

  history(rank: number, running: ResponseSummary): void {
    this.#hosts[this.#anyHost()]?.history(rank, running);
  }

  startup(errors: number): void {
    for (const host of this.#hosts) host.startup(errors);
  }

  /** Lines belong to the host of the next request. */
  log(...line: [atSeconds: number, side: Side, level: 'error' | 'warn', lines: number]): void {
    this.#logged.push(line);
  }

  pair(pair: SimulatedPair): Outcome {
    while (pair.atSeconds >= this.#tickSeconds && this.#outcome === null) this.#tick();
    const index = this.#anyHost();
    const host = this.#hosts[index] as ViliJudge;
    for (const line of this.#logged) host.log(...line);
    this.#logged = [];
    // A veto stops the version; what one host alone would promote waits for the others.
    if (host.pair(pair) === 'reject') this.#outcome = 'reject';
    this.#changed.add(index);
    return this.#outcome;
  }

  // Private

  #anyHost(): number {
    return Math.floor(this.#random.uniform() * this.#hosts.length);
  }

  #tick(): void {
    const nowMs = START_MS + 1000 * this.#tickSeconds;
    this.#tickSeconds += EVERY_SECONDS;
    const before = performance.now();
    for (const index of this.#changed) this.#write(index, nowMs);
    this.#changed.clear();
    const summarized = performance.now();
    const { decision, pending } = mergeEvidence([...this.#evidence.values()], {
      verdict: DEFAULT_VERDICT_SETTINGS,
      nowMs,
      pending: this.#pending,
      accepted: [],
    });
    this.#cost.merges++;
    this.#cost.summaryMs += summarized - before;
    this.#cost.mergeMs += performance.now() - summarized;
    this.#pending = pending;
    if (decision !== 'collecting') this.#outcome = decision;
  }

  #write(index: number, nowMs: number): void {
    const { verdict } = this.#hosts[index] as ViliJudge;
    const host = `web-${index}`;
    const decision = verdict.decision(nowMs);
    const counts = verdict.counts(nowMs);
    const record = summarizeEvidence({ host, version: 'shop-1.5.0', nowMs, decision, counts });
    const text = packRecord(record);
    this.#evidence.set(index, readEvidence(text, host));
    this.#cost.records++;
    this.#cost.bytes += text.length;
    this.#cost.largest = Math.max(this.#cost.largest, text.length);
  }
}
