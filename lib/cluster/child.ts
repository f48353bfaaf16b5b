import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DropReason } from '../mirror/wire/protocol.ts';
import type { Target, TrafficObservation } from '../model/exchange.ts';
import type { ProxyCounts } from '../proxy/counts.ts';
import type { Route } from '../proxy/route.ts';
import type { Drained } from '../proxy/upstream/pool.ts';
import { forkChild } from '../runtime/fork.ts';
import { CopyReceiver, type CopySink } from './copy-receiver.ts';
import { Heartbeat } from './heartbeat.ts';
import type { FromProcess, ProcessStats, StartInput, ToProcess } from './protocol.ts';
import { finalCounts, NO_COUNTS } from './sums.ts';

/** More than the process itself takes to close, for its way out. */
const CLOSE_SLACK_MS = 2000;

export interface ChildHooks {
  /** It can take connections, or another one. */
  readonly onFree: () => void;
  readonly onObserved: (batch: readonly TrafficObservation[]) => void;
  readonly onProblem: (text: string) => void;
  /** The process is gone; called once. */
  readonly onEnd: (end: ChildEnd) => void;
}

export interface ChildEnd {
  readonly code: string;
  readonly reason: string;
  /** Connections of users that broke. */
  readonly connections: number;
  /** One that it was given and did not take: another process can have it. */
  readonly untaken: Socket | null;
}

/** One gate process as Vili sees it: started, told, counted, watched, ended. */
export class ClusterChild {
  readonly #process: ChildProcess;
  readonly #hooks: ChildHooks;
  readonly #intake: CopyReceiver;
  readonly #signs: Heartbeat;
  readonly #exited: Promise<void>;
  readonly #routings: (() => void)[] = [];
  readonly #reports: (() => void)[] = [];
  readonly #drains = new Map<number, (drained: Drained) => void>();
  #nextDrain = 1;
  #stats: ProcessStats = {
    open: 0,
    counts: NO_COUNTS,
    dropped: {},
    isShedding: false,
    unobserved: 0,
  };
  #open = 0;
  #phase: 'starting' | 'serving' | 'closing' | 'over' = 'starting';
  /** On its way to the process, until it says that it has it. */
  #handing: Socket | null = null;
  #failure: { code: string; text: string } | null = null;

  constructor(input: StartInput, mirror: CopySink, hooks: ChildHooks) {
    this.#hooks = hooks;
    this.#intake = new CopyReceiver(mirror);
    const { process, ended } = forkChild('./child-entry', import.meta.url);
    this.#process = process;
    this.#exited = ended.then((how) => this.#over(how));
    this.#process.on('message', (message: FromProcess) => this.#receive(message));
    this.#signs = new Heartbeat((text) => this.#giveUp(text));
    this.#send({ type: 'start', input });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Connections it has, and the one on its way. */
  get open(): number {
    return this.#open + (this.#handing === null ? 0 : 1);
  }

  /** Whether it takes a connection now: one at a time, so that a stuck process keeps no more. */
  get isFree(): boolean {
    return this.#phase === 'serving' && this.#handing === null;
  }

  /** Whether it leaves out copies, since its users need the time. */
  get isShedding(): boolean {
    return this.#stats.isShedding;
  }

  /** What it has counted, or all it ever will have. */
  counts(): ProxyCounts {
    const { counts } = this.#stats;
    return this.#phase === 'over' ? finalCounts(counts, this.#intake.copies) : counts;
  }

  /** Resolves when `counts` is about this moment, or the process is gone. */
  async report(): Promise<void> {
    if (this.#phase !== 'serving') return;
    const reported = new Promise<void>((resolve) => this.#reports.push(resolve));
    this.#send({ type: 'report' });
    await reported;
  }

  take(socket: Socket): void {
    this.#handing = socket;
    this.#send({ type: 'connection' }, socket);
  }

  refuse(refusal: DropReason | null): void {
    this.#send({ type: 'refusal', refusal });
  }

  /** Resolves when every request goes where the route says, or the process is gone. */
  async route(route: Route): Promise<void> {
    if (this.#phase === 'over') return;
    const routed = new Promise<void>((resolve) => this.#routings.push(resolve));
    this.#signs.expect('a new route');
    this.#send({ type: 'route', route });
    // One that starts has no connection before it has read this.
    if (this.#phase !== 'starting') await routed;
  }

  /** Call it when `route` has resolved; what a process that dies had in hand is over, too. */
  drain(target: Target, timeoutMs: number): Promise<Drained> {
    if (this.#phase === 'over') return Promise.resolve({ finished: 0, cut: 0 });
    const id = this.#nextDrain++;
    return new Promise((resolve) => {
      this.#drains.set(id, resolve);
      this.#send({ type: 'drain', id, target, timeoutMs });
    });
  }

  /** Lets what is in flight finish; ends the process by force when that takes too long. */
  async close(deadlineMs: number): Promise<void> {
    if (this.#phase !== 'over') this.#phase = 'closing';
    this.#send({ type: 'close', deadlineMs });
    const late = new AbortController();
    const timeout = sleep(deadlineMs + CLOSE_SLACK_MS, null, { signal: late.signal })
      .then(() => this.kill())
      .catch(() => {});
    await this.#exited;
    late.abort();
    await timeout;
  }

  /** Ends it at once. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  // Private

  #receive(message: FromProcess): void {
    this.#signs.seen();
    switch (message.type) {
      case 'ready':
        if (this.#phase === 'starting') this.#phase = 'serving';
        this.#signs.started();
        this.#hooks.onFree();
        break;
      case 'failed':
        this.#failure = message;
        break;
      case 'taken':
        // Closes Vili's side of it only.
        this.#handing?.destroy();
        this.#handing = null;
        this.#open = message.open;
        this.#hooks.onFree();
        break;
      case 'routed':
        this.#signs.fulfilled();
        this.#routings.shift()?.();
        break;
      case 'drained':
        this.#drains.get(message.id)?.(message);
        this.#drains.delete(message.id);
        break;
      case 'exchanges':
        this.#intake.take(message.records);
        break;
      case 'observed':
        this.#hooks.onObserved(message.batch);
        break;
      case 'stats':
        this.#takeStats(message.stats);
        break;
      case 'reported':
        this.#reports.shift()?.();
        break;
      case 'problem':
        this.#hooks.onProblem(message.text);
        break;
      case 'closed':
        this.#phase = 'closing';
    }
  }

  #takeStats(stats: ProcessStats): void {
    const lost = stats.unobserved - this.#stats.unobserved;
    if (lost > 0) this.#hooks.onProblem(`${lost} answers are missing in running's history`);
    this.#open = stats.open;
    this.#stats = stats;
    this.#intake.takeDropped(stats.dropped);
  }

  #send(message: ToProcess, socket?: Socket): void {
    // A process that has just ended is noticed by its exit.
    if (!this.#process.connected) return;
    // Kept open here: node forgets a connection that is on its way to a process that ends.
    this.#process.send(message, socket, { keepOpen: true }, () => {});
  }

  #giveUp(text: string): void {
    this.#failure ??= { code: 'VILI_GATE_PROCESS', text };
    this.kill();
  }

  #over(how: string): void {
    if (this.#phase === 'over') return;
    const connections = this.#phase === 'closing' ? 0 : this.#open;
    this.#phase = 'over';
    this.#signs.stop();
    for (const resolve of [...this.#routings.splice(0), ...this.#reports.splice(0)]) resolve();
    for (const drained of this.#drains.values()) drained({ finished: 0, cut: 0 });
    this.#drains.clear();
    const { code = 'VILI_GATE_PROCESS', text = how } = this.#failure ?? {};
    const untaken = this.#handing;
    this.#handing = null;
    this.#hooks.onEnd({ code, reason: text, connections, untaken });
  }
}

/** A gate process that is so far ahead of Vili leaves out what can be left out. */
const AHEAD_MAX_BYTES = 4_194_304;

/** The way from a gate process to Vili: in order, and it knows how much has not been taken yet. */
export class ParentChannel {
  #unsentBytes = 0;

  /** Bytes that Vili has not taken yet. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  get isBehind(): boolean {
    return this.#unsentBytes > AHEAD_MAX_BYTES;
  }

  /** `bytes` is about what the message takes. Resolves when it is on its way, or Vili is gone. */
  send(message: FromProcess, bytes = 0): Promise<void> {
    this.#unsentBytes += bytes;
    return new Promise((resolve) => {
      const done = (): void => {
        this.#unsentBytes -= bytes;
        resolve();
      };
      // Without Vili there is nobody to tell; `disconnect` is about to end this process.
      if (process.send === undefined || !process.connected) done();
      else process.send(message, undefined, undefined, done);
    });
  }
}

const NANOSECONDS_PER_MILLISECOND = 1e6;

/** What a process must know to tell the same time as `now`, which runs in another one. */
export function clockOffsetMs(now: () => number): number {
  return now() - monotonicMs();
}

/** The clock that the offset is about: wall clock, ms, with fractions, never going back. */
export function clockAt(offsetMs: number): () => number {
  const startMs = offsetMs + monotonicMs() - performance.now();
  return () => startMs + performance.now();
}

// Private

/** The same in all processes of a host, unlike `performance.now()`. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / NANOSECONDS_PER_MILLISECOND;
}
