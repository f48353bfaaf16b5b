import { type Harm, NO_HARM } from '../../model/users/harm.ts';
import type { Exchange } from '../../model/exchange.ts';
import { RestartBackoff } from '../../runtime/backoff.ts';
import type { LossReason, MirrorHooks } from '../events.ts';
import { UserGuard } from '../load/harm/guard.ts';
import type { UsualPace } from '../load/harm/pace.ts';
import type { UserResponse } from '../load/harm/switchback.ts';
import { LoadShedder, POLL_MS } from '../load/shedder.ts';
import { watchThreadLoad } from '../load/thread-load.ts';
import type { MirrorSettings } from '../settings.ts';
import type { StateMemory } from '../state/memory.ts';
import { packNote, type StateNote } from '../state/note.ts';
import {
  type DropReason,
  EMPTY_REPORT,
  type Fault,
  type Report,
  type Targets,
} from '../wire/protocol.ts';
import { type Accounts, addTo } from './accounts.ts';
import type { BufferPool } from './buffer-pool.ts';
import { WorkerThread } from './worker-thread.ts';

/** Drops that no report covers are passed on after this time. */
const DROPS_FLUSH_MS = 100;

export interface SessionParts {
  readonly settings: MirrorSettings;
  readonly pool: BufferPool;
  readonly accounts: Accounts;
  readonly memory: StateMemory;
  readonly pace: UsualPace;
  readonly hooks: SessionHooks;
}

export interface SessionHooks extends Required<Omit<MirrorHooks, 'settings'>> {
  /** Whether users of other processes leave no time. */
  readonly isBusyElsewhere: () => boolean;
}

/** One test: keeps a worker alive for it, and accounts for every copy whatever happens to it. */
export class MirrorSession {
  readonly id: string;
  readonly #parts: SessionParts;
  readonly #shedder: LoadShedder;
  readonly #guard: UserGuard;
  readonly #backoff: RestartBackoff;
  readonly #polls: NodeJS.Timeout;
  #targets: Targets;
  #worker: WorkerThread | null = null;
  /** Workers that were given up and are not gone yet. */
  readonly #leaving = new Set<Promise<void>>();
  /** Copies inside the worker. */
  #open = 0;
  #dropped: Record<string, number> = {};
  #overdue = 0;
  /** As reported last. */
  #harm: Harm = NO_HARM;
  /** What the worker learned of noise; the next one starts from it. */
  #noise: string | null = null;
  #isSpeedMissing = false;
  #restarts = 0;
  #restartTimer: NodeJS.Timeout | null = null;
  #dropsTimer: NodeJS.Timeout | null = null;
  #isEnding = false;

  constructor(id: string, targets: Targets, parts: SessionParts) {
    this.id = id;
    this.#targets = targets;
    this.#parts = parts;
    this.#shedder = new LoadShedder(parts.settings.busyLimit);
    const { hooks, pace, settings } = parts;
    this.#guard = new UserGuard(pace, settings.guardsSpeed, hooks.now, () => this.#flush());
    this.#backoff = new RestartBackoff(parts.settings.restartBackoff, parts.hooks.now);
    const load = watchThreadLoad();
    this.#polls = setInterval(() => {
      this.#shedder.update(load());
      this.#guard.tick();
      this.#worker?.setBusy(this.#shedder.isShedding || parts.hooks.isBusyElsewhere());
    }, POLL_MS);
    this.#start();
  }

  /** Why a copy would be dropped now, or null. */
  dropReason(): DropReason | null {
    if (this.#isEnding) return 'ended';
    if (this.#guard.isPausing) return 'hurting';
    return this.#worker === null ? 'far-side-lost' : this.#worker.dropReason();
  }

  /** Why the next copy is not made at all, or null: users come first. */
  admission(): 'busy' | 'hurting' | null {
    if (!this.#shedder.admits()) return 'busy';
    return this.#guard.admits() ? null : 'hurting';
  }

  /** What running did for a user. */
  observed(response: UserResponse): void {
    this.#guard.observe(response);
  }

  submit(exchange: Exchange): void {
    const { method, path, operation } = exchange;
    exchange.endpoint = this.#parts.hooks.endpoints.endpointOf(method, path, operation);
    const refused = this.#guard.mayPass() ? this.dropReason() : 'hurting';
    const reason = refused ?? this.#worker?.add(exchange) ?? null;
    if (reason !== null) {
      this.drop(reason);
      return;
    }
    this.#open++;
    this.#parts.accounts.accept();
  }

  /** Passes on what of a response that is not copied has to be known; not counted. */
  note(note: StateNote): void {
    this.#worker?.note(packNote(note));
  }

  /** Running starts anew: nothing is known any longer that only running knows. */
  forgetState(): void {
    this.#worker?.forgetState();
  }

  drop(reason: DropReason, count = 1): void {
    this.#parts.accounts.drop(reason, count);
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

  setSpeedMissing(isMissing: boolean): void {
    this.#isSpeedMissing = isMissing;
    this.#worker?.setSpeedMissing(isMissing);
  }

  injectFault(fault: Fault): void {
    this.#worker?.injectFault(fault);
  }

  /** Ends the test; every copy is accounted for when this resolves. */
  async end(): Promise<void> {
    this.#isEnding = true;
    clearInterval(this.#polls);
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
    const { settings, pool, memory, hooks } = this.#parts;
    this.#restartTimer = null;
    this.#backoff.started();
    const worker = new WorkerThread(
      settings,
      pool,
      { targets: this.#targets, noise: this.#noise, known: memory.snapshot() },
      {
        onReport: (report) => this.#settle(report),
        onLost: (reason, message) => this.#lose(worker, reason, message),
      },
    );
    this.#worker = worker;
    worker.setSpeedMissing(this.#isSpeedMissing);
    hooks.onEvent({ kind: 'started', testId: this.id, restarts: this.#restarts });
  }

  #settle(report: Report): void {
    this.#open -= this.#parts.accounts.settle(report);
    for (const [reason, count] of Object.entries(report.dropped)) this.#noteDropped(reason, count);
    if (report.spans.length > 0) this.#parts.hooks.onSpans(report.spans);
    this.#flush(report);
  }

  #lose(worker: WorkerThread, reason: LossReason, message: string): void {
    const gone = worker.end().finally(() => this.#leaving.delete(gone));
    this.#leaving.add(gone);
    this.#worker = null;
    const lost = this.#loseOpen('far-side-lost');
    const restartInMs = this.#backoff.nextMs();
    if (!this.#isEnding) {
      this.#restarts++;
      this.#restartTimer = setTimeout(() => this.#start(), restartInMs);
    }
    const { onEvent } = this.#parts.hooks;
    onEvent({ kind: 'lost', testId: this.id, reason, message, lost, restartInMs });
  }

  #loseOpen(reason: DropReason): number {
    const lost = this.#open;
    this.#open = 0;
    this.#parts.accounts.lose(lost, reason);
    if (lost > 0) this.#noteDropped(reason, lost);
    return lost;
  }

  #noteDropped(reason: string, count: number): void {
    addTo(this.#dropped, reason, count);
    this.#dropsTimer ??= setTimeout(() => this.#flush(), DROPS_FLUSH_MS);
  }

  /** Passes on what is new. Without a worker nothing is under way. */
  #flush(
    report: Report = { ...EMPTY_REPORT, overdue: this.#worker === null ? 0 : this.#overdue },
  ): void {
    if (this.#dropsTimer !== null) clearTimeout(this.#dropsTimer);
    this.#dropsTimer = null;
    const dropped = this.#dropped;
    const { outcomes, ignored, samples, paused, translated, overdue, noise } = report;
    this.#noise = noise ?? this.#noise;
    const { harm } = this.#guard;
    const isNews = overdue !== this.#overdue || harm !== this.#harm;
    if (outcomes.length === 0 && Object.keys(dropped).length === 0 && !isNews) return;
    this.#dropped = {};
    this.#overdue = overdue;
    this.#harm = harm;
    const progress = { paused, translated, overdue, noise, harm };
    const batch = { outcomes, dropped, ignored, samples, ...progress };
    this.#parts.hooks.onOutcomes({ testId: this.id, ...batch });
  }
}
