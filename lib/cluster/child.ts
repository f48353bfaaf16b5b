import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DropReason } from '../mirror/wire/protocol.ts';
import type { Target, TrafficObservation } from '../model/exchange.ts';
import type { UserFailure } from '../model/users/failure.ts';
import type { ProxyCounts } from '../proxy/counts.ts';
import { OrderedDrains } from '../proxy/orders.ts';
import type { Route } from '../proxy/route.ts';
import type { Drained } from '../proxy/upstream/pool.ts';
import { forkChild } from '../runtime/fork.ts';
import { CopyReceiver, type CopySink } from './copy-receiver.ts';
import { Heartbeat } from './heartbeat.ts';
import type { FromProcess, ProcessStats, StartInput, ToProcess } from './protocol.ts';
import { finalCounts, NO_COUNTS } from './sums.ts';

/** Time beyond the process's own deadline for closing, in which it exits. */
const CLOSE_SLACK_MS = 2000;

export interface ChildHooks {
  /** The process can take connections, or another one. */
  readonly onFree: () => void;
  readonly onObserved: (batch: readonly TrafficObservation[]) => void;
  readonly onProblem: (text: string) => void;
  readonly onFailure: (failure: UserFailure) => void;
  /** The process is gone; called once. */
  readonly onEnd: (end: ChildEnd) => void;
}

export interface ChildEnd {
  readonly code: string;
  readonly reason: string;
  /** Connections of users that broke. */
  readonly connections: number;
  /** A connection that the process was given and did not take: another process can have it. */
  readonly untaken: Socket | null;
}

/** One proxy process as Vili sees it: starts, instructs, counts, watches and ends it. */
export class ClusterChild {
  readonly #process: ChildProcess;
  readonly #hooks: ChildHooks;
  readonly #receiver: CopyReceiver;
  readonly #heartbeat: Heartbeat;
  readonly #exited: Promise<void>;
  readonly #routings: (() => void)[] = [];
  readonly #reports: (() => void)[] = [];
  readonly #drains = new OrderedDrains();
  #stats: ProcessStats = {
    open: 0,
    counts: NO_COUNTS,
    dropped: {},
    isShedding: false,
    unobserved: 0,
  };
  #open = 0;
  #phase: 'starting' | 'serving' | 'closing' | 'over' = 'starting';
  /** A connection on its way to the process, until the process confirms it. */
  #handedOver: Socket | null = null;
  #failure: { code: string; text: string } | null = null;

  constructor(input: StartInput, mirror: CopySink, hooks: ChildHooks) {
    this.#hooks = hooks;
    this.#receiver = new CopyReceiver(mirror);
    const { process, ended } = forkChild('./child-entry', import.meta.url);
    this.#process = process;
    this.#exited = ended.then((how) => this.#onExit(how));
    this.#process.on('message', (message: FromProcess) => this.#receive(message));
    this.#heartbeat = new Heartbeat((text) => this.#fail(text));
    this.#send({ type: 'start', input });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Open connections, including the one on its way. */
  get open(): number {
    return this.#open + (this.#handedOver === null ? 0 : 1);
  }

  /** Whether it takes a connection now: one at a time, so that a stuck process keeps no more. */
  get isFree(): boolean {
    return this.#phase === 'serving' && this.#handedOver === null;
  }

  /** Whether it leaves out copies because its users need the time. */
  get isShedding(): boolean {
    return this.#stats.isShedding;
  }

  /** The counts it reported last, or the final ones. */
  counts(): ProxyCounts {
    const { counts } = this.#stats;
    return this.#phase === 'over' ? finalCounts(counts, this.#receiver.copies) : counts;
  }

  /** Resolves when `counts` is up to date, or the process is gone. */
  async report(): Promise<void> {
    if (this.#phase !== 'serving') return;
    const reported = new Promise<void>((resolve) => this.#reports.push(resolve));
    this.#send({ type: 'report' });
    await reported;
  }

  take(socket: Socket): void {
    this.#handedOver = socket;
    this.#send({ type: 'connection' }, socket);
  }

  /** Why the mirror would drop copies now, or null. */
  setMirrorReason(reason: DropReason | null): void {
    this.#send({ type: 'mirror-reason', reason });
  }

  /** Resolves when every request goes where the route says, or the process is gone. */
  async route(route: Route): Promise<void> {
    if (this.#phase === 'over') return;
    const routed = new Promise<void>((resolve) => this.#routings.push(resolve));
    this.#heartbeat.expect('a new route');
    this.#send({ type: 'route', route });
    // A process that starts has no connection before it has read this.
    if (this.#phase !== 'starting') await routed;
  }

  /** Call it when `route` has resolved; what a process that dies had in hand is over, too. */
  drain(target: Target, timeoutMs: number): Promise<Drained> {
    if (this.#phase === 'over') return Promise.resolve({ finished: 0, cut: 0 });
    return this.#drains.order(target, timeoutMs, (order) => this.#send(order));
  }

  moveOn(target: Target): void {
    this.#send({ type: 'move-on', target });
  }

  /** See `HttpProxy.leave`; the process stays until `close`. */
  leave(): void {
    this.#send({ type: 'leave' });
  }

  /** Lets what is in flight finish; kills the process when that takes too long. */
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

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  // Private

  #receive(message: FromProcess): void {
    this.#heartbeat.beat();
    switch (message.type) {
      case 'ready':
        if (this.#phase === 'starting') this.#phase = 'serving';
        this.#heartbeat.started();
        this.#hooks.onFree();
        break;
      case 'failed':
        this.#failure = message;
        break;
      case 'taken':
        // Closes only Vili's copy of the socket.
        this.#handedOver?.destroy();
        this.#handedOver = null;
        this.#open = message.open;
        this.#hooks.onFree();
        break;
      case 'routed':
        this.#heartbeat.confirmed();
        this.#routings.shift()?.();
        break;
      case 'drained':
        this.#drains.done(message);
        break;
      case 'exchanges':
        this.#receiver.take(message.records);
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
      case 'failure':
        this.#hooks.onFailure(message.failure);
        break;
      case 'closed':
        this.#phase = 'closing';
    }
  }

  #takeStats(stats: ProcessStats): void {
    const lost = stats.unobserved - this.#stats.unobserved;
    if (lost > 0) this.#hooks.onProblem(`${lost} responses are missing in running's history`);
    this.#open = stats.open;
    this.#stats = stats;
    this.#receiver.takeDropped(stats.dropped);
  }

  #send(message: ToProcess, socket?: Socket): void {
    // The exit of a process that has just ended is noticed by itself.
    if (!this.#process.connected) return;
    // Kept open here: node loses a connection that is on its way to a process that ends.
    this.#process.send(message, socket, { keepOpen: true }, () => {});
  }

  #fail(text: string): void {
    this.#failure ??= { code: 'VILI_GATE_PROCESS', text };
    this.kill();
  }

  #onExit(how: string): void {
    if (this.#phase === 'over') return;
    const connections = this.#phase === 'closing' ? 0 : this.#open;
    this.#phase = 'over';
    this.#heartbeat.stop();
    for (const resolve of [...this.#routings.splice(0), ...this.#reports.splice(0)]) resolve();
    this.#drains.gone();
    const { code = 'VILI_GATE_PROCESS', text = how } = this.#failure ?? {};
    const untaken = this.#handedOver;
    this.#handedOver = null;
    this.#hooks.onEnd({ code, reason: text, connections, untaken });
  }
}
