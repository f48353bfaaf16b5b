import type { Exchange } from '../../model/exchange.ts';
import { LOOK_MS, LoadShedder } from '../load/shedder.ts';
import { watchThreadLoad } from '../load/thread-load.ts';
import type { LossReason, MirrorEvent, MirrorSettings, OutcomeBatch } from '../settings.ts';
import {
  type DropReason,
  type Fault,
  NOTHING,
  type Report,
  type Targets,
} from '../wire/protocol.ts';
import type { Accounts } from './accounts.ts';
import type { BufferPool } from './buffer-pool.ts';
import { WorkerThread } from './worker-thread.ts';

/** Drops that no report came along with are told after so long. */
const DROPS_FLUSH_MS = 100;

export interface SessionHooks {
  readonly now: () => number;
  readonly onOutcomes: (batch: OutcomeBatch) => void;
  readonly onEvent: (event: MirrorEvent) => void;
  /** Whether users have no time left in other processes. */
  readonly isBusyElsewhere: () => boolean;
}

/** One test: keeps a worker alive for it, and accounts for every copy whatever happens to it. */
export class MirrorSession {
  readonly id: string;
  readonly #settings: MirrorSettings;
  readonly #store: BufferPool;
  readonly #accounts: Accounts;
  readonly #hooks: SessionHooks;
  readonly #shedder: LoadShedder;
  readonly #looks: NodeJS.Timeout;
  #targets: Targets;
  #worker: WorkerThread | null = null;
  /** Workers that were given up, until they are gone. */
  readonly #leaving = new Set<Promise<void>>();
  /** Copies inside the worker. */
  #open = 0;
  #dropped: Record<string, number> = {};
  #overdue = 0;
  /** What the worker has told of noise: the next one goes on with it. */
  #noise: string | null = null;
  #restarts = 0;
  #backoffMs = 0;
  #startedAtMs = 0;
  #restartTimer: NodeJS.Timeout | null = null;
  #dropsTimer: NodeJS.Timeout | null = null;
  #isEnding = false;

  constructor(
    id: string,
    targets: Targets,
    settings: MirrorSettings,
    store: BufferPool,
    accounts: Accounts,
    hooks: SessionHooks,
  ) {
    this.id = id;
    this.#targets = targets;
    this.#settings = settings;
    this.#store = store;
    this.#accounts = accounts;
    this.#hooks = hooks;
    this.#shedder = new LoadShedder(settings.busyLimit);
    const load = watchThreadLoad();
    this.#looks = setInterval(() => {
      this.#shedder.look(load());
      this.#worker?.usersBusy(this.#shedder.isShedding || hooks.isBusyElsewhere());
    }, LOOK_MS);
    this.#start();
  }

  /** Why a copy would be dropped now, or null. */
  refusal(): DropReason | null {
    if (this.#isEnding) return 'ended';
    return this.#worker === null ? 'far-side-lost' : this.#worker.refusal();
  }

  /** Whether the next copy is to be made at all: not when users need the time. */
  admits(): boolean {
    return this.#shedder.admits();
  }

  submit(exchange: Exchange): void {
    const reason = this.refusal() ?? this.#worker?.add(exchange) ?? null;
    if (reason !== null) {
      this.drop(reason);
      return;
    }
    this.#open++;
    this.#accounts.accept();
  }

  drop(reason: DropReason, count = 1): void {
    this.#accounts.drop(reason, count);
    this.#noteDropped(reason, count);
  }

  retarget(change: Partial<Targets>): void {
    this.#targets = { ...this.#targets, ...change };
    this.#worker?.retarget(this.#targets);
  }

  restoreNoise(noise: string): void {
    this.#noise ??= noise;
    this.#worker?.restoreNoise(noise);
  }

  cause(fault: Fault): void {
    this.#worker?.cause(fault);
  }

  /** Ends the test; every copy is accounted for when this resolves. */
  async end(): Promise<void> {
    this.#isEnding = true;
    clearInterval(this.#looks);
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#restartTimer = null;
    await this.#worker?.end();
    this.#worker = null;
    await Promise.all(this.#leaving);
    this.#loseOpen('ended');
    this.#flush();
  }

  // Private

  #start(): void {
    this.#restartTimer = null;
    this.#startedAtMs = this.#hooks.now();
    const worker = new WorkerThread(
      this.#settings,
      this.#store,
      { targets: this.#targets, noise: this.#noise },
      {
        onReport: (report) => this.#settle(report),
        onLost: (reason, message) => this.#lose(worker, reason, message),
      },
    );
    this.#worker = worker;
    this.#hooks.onEvent({ kind: 'started', testId: this.id, restarts: this.#restarts });
  }

  #settle(report: Report): void {
    this.#open -= this.#accounts.settle(report);
    for (const [reason, count] of Object.entries(report.dropped)) this.#noteDropped(reason, count);
    this.#flush(report);
  }

  #lose(worker: WorkerThread, reason: LossReason, message: string): void {
    const gone = worker.end().finally(() => this.#leaving.delete(gone));
    this.#leaving.add(gone);
    this.#worker = null;
    const lost = this.#loseOpen('far-side-lost');
    const restartInMs = this.#nextBackoffMs();
    if (!this.#isEnding) {
      this.#restarts++;
      this.#restartTimer = setTimeout(() => this.#start(), restartInMs);
    }
    this.#hooks.onEvent({ kind: 'lost', testId: this.id, reason, message, lost, restartInMs });
  }

  #nextBackoffMs(): number {
    const { initialMs, maxMs, quietMs } = this.#settings.restartBackoff;
    const wasQuiet = this.#hooks.now() - this.#startedAtMs >= quietMs;
    this.#backoffMs = wasQuiet || this.#backoffMs === 0 ? initialMs : this.#backoffMs * 2;
    this.#backoffMs = Math.min(this.#backoffMs, maxMs);
    return this.#backoffMs;
  }

  #loseOpen(reason: DropReason): number {
    const lost = this.#open;
    this.#open = 0;
    this.#accounts.lose(lost, reason);
    if (lost > 0) this.#noteDropped(reason, lost);
    return lost;
  }

  #noteDropped(reason: string, count: number): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count;
    this.#dropsTimer ??= setTimeout(() => this.#flush(), DROPS_FLUSH_MS);
  }

  /** Without a worker nothing is under way. */
  #flush(
    report: Report = { ...NOTHING, overdue: this.#worker === null ? 0 : this.#overdue },
  ): void {
    if (this.#dropsTimer !== null) clearTimeout(this.#dropsTimer);
    this.#dropsTimer = null;
    const dropped = this.#dropped;
    const { outcomes, ignored, samples, paused, overdue, noise } = report;
    this.#noise = noise ?? this.#noise;
    const isNews = overdue !== this.#overdue;
    if (outcomes.length === 0 && Object.keys(dropped).length === 0 && !isNews) return;
    this.#dropped = {};
    this.#overdue = overdue;
    const batch = { outcomes, dropped, ignored, samples, paused, overdue, noise };
    this.#hooks.onOutcomes({ testId: this.id, ...batch });
  }
}
