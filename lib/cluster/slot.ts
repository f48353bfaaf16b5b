import type { Socket } from 'node:net';
import { ViliError } from '../errors.ts';
import type { DropReason } from '../mirror/wire/protocol.ts';
import type { Target, TrafficObservation } from '../model/exchange.ts';
import type { ProxyCounts } from '../proxy/counts.ts';
import type { Route } from '../proxy/route.ts';
import type { Drained } from '../proxy/upstream/pool.ts';
import type { Taker } from './acceptor.ts';
import { type ChildEnd, ClusterChild } from './child.ts';
import type { CopySink } from './copy-receiver.ts';
import type { StartInput } from './protocol.ts';
import { addCounts, NO_COUNTS } from './sums.ts';

/** Wait before a process is started again: doubles each time, starts over after a quiet time. */
const BACKOFF_MIN_MS = 100;
const BACKOFF_MAX_MS = 10_000;
const QUIET_MS = 60_000;

/** What happened to a gate process; `process` counts from 1. */
export type ClusterEvent =
  | {
      readonly kind: 'started';
      readonly process: number;
      readonly pid: number;
      readonly restarts: number;
    }
  | {
      readonly kind: 'ended';
      readonly process: number;
      readonly pid: number;
      readonly reason: string;
      /** Connections of users that broke. */
      readonly connections: number;
      readonly restartInMs: number;
    };

export interface SlotHooks {
  /** What the process is to be told when it starts. */
  readonly input: () => StartInput;
  readonly onFree: () => void;
  /** A connection that the process did not take before it ended. */
  readonly onUntaken: (socket: Socket) => void;
  readonly onObserved: (batch: readonly TrafficObservation[]) => void;
  readonly onProblem: (text: string) => void;
  readonly onEvent: (event: ClusterEvent) => void;
}

/** The place of one gate process: there is one in it, or will be again soon, until `close`. */
export class ProcessSlot implements Taker {
  readonly #number: number;
  readonly #mirror: CopySink;
  readonly #hooks: SlotHooks;
  #child: ClusterChild | null = null;
  /** What the processes counted that were here before. */
  #past = NO_COUNTS;
  #restarts = 0;
  #backoffMs = 0;
  #startedAtMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosing = false;

  constructor(number: number, mirror: CopySink, hooks: SlotHooks) {
    this.#number = number;
    this.#mirror = mirror;
    this.#hooks = hooks;
  }

  get isFree(): boolean {
    return this.#child?.isFree ?? false;
  }

  get open(): number {
    return this.#child?.open ?? 0;
  }

  get isShedding(): boolean {
    return this.#child?.isShedding ?? false;
  }

  /** The first process; from then on there is always another. @throws ViliError why it did not start. */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#launch({
        onReady: resolve,
        onEnd: ({ code, reason }) => {
          this.#isClosing = true;
          reject(new ViliError(code, reason));
        },
      });
    });
  }

  take(socket: Socket): void {
    this.#child?.take(socket);
  }

  async route(route: Route): Promise<void> {
    await this.#child?.route(route);
  }

  refuse(refusal: DropReason | null): void {
    this.#child?.refuse(refusal);
  }

  async drain(target: Target, timeoutMs: number): Promise<Drained> {
    return (await this.#child?.drain(target, timeoutMs)) ?? { finished: 0, cut: 0 };
  }

  async report(): Promise<void> {
    await this.#child?.report();
  }

  counts(): ProxyCounts {
    return this.#child === null ? this.#past : addCounts(this.#past, this.#child.counts());
  }

  async close(deadlineMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#child?.close(deadlineMs);
  }

  // Private

  #launch(first: { onReady: () => void; onEnd: (end: ChildEnd) => void } | null): void {
    this.#timer = null;
    this.#startedAtMs = performance.now();
    let isReady = false;
    const { onObserved, onProblem, onFree, onEvent, input } = this.#hooks;
    const child = new ClusterChild(input(), this.#mirror, {
      onObserved,
      onProblem,
      onFree: () => {
        if (!isReady) {
          isReady = true;
          const { pid } = child;
          onEvent({ kind: 'started', process: this.#number, pid, restarts: this.#restarts });
          first?.onReady();
        }
        onFree();
      },
      onEnd: (end) => {
        this.#past = addCounts(this.#past, child.counts());
        this.#child = null;
        if (end.untaken !== null) this.#hooks.onUntaken(end.untaken);
        if (!isReady) first?.onEnd(end);
        if (!this.#isClosing) this.#restart(child.pid, end);
      },
    });
    this.#child = child;
  }

  #restart(pid: number, { reason, connections }: ChildEnd): void {
    const wasQuiet = performance.now() - this.#startedAtMs >= QUIET_MS;
    const doubled = Math.min(this.#backoffMs * 2, BACKOFF_MAX_MS);
    this.#backoffMs = wasQuiet || this.#backoffMs === 0 ? BACKOFF_MIN_MS : doubled;
    this.#restarts++;
    this.#timer = setTimeout(() => this.#launch(null), this.#backoffMs);
    const restartInMs = this.#backoffMs;
    const process = this.#number;
    this.#hooks.onEvent({ kind: 'ended', process, pid, reason, connections, restartInMs });
  }
}
