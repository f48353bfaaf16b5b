import type { Socket } from 'node:net';
import { ViliError } from '../errors.ts';
import type { ProxyCounts } from '../proxy/counts.ts';
import { RestartBackoff } from '../runtime/backoff.ts';
import type { ConnectionTaker } from './acceptor.ts';
import { type ChildEnd, type ChildHooks, ClusterChild } from './child.ts';
import type { CopySink } from './copy-receiver.ts';
import type { StartInput } from './protocol.ts';
import { addCounts, NO_COUNTS } from './sums.ts';

/** Wait before a process is started again. */
const BACKOFF = { minMs: 100, maxMs: 10_000, quietMs: 60_000 };

/** What happened to a proxy process; `process` counts from 1. */
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

export interface SlotHooks
  extends Pick<ChildHooks, 'onFree' | 'onObserved' | 'onProblem' | 'onFailure'> {
  /** What a process is started with. */
  readonly input: () => StartInput;
  /** A connection that the process did not take before it ended. */
  readonly onUntaken: (socket: Socket) => void;
  readonly onEvent: (event: ClusterEvent) => void;
}

/** The place of one proxy process: until `close` there is one in it, or soon will be again. */
export class ProcessSlot implements ConnectionTaker {
  /** The process that is there now. */
  child: ClusterChild | null = null;
  readonly #number: number;
  readonly #mirror: CopySink;
  readonly #hooks: SlotHooks;
  readonly #backoff = new RestartBackoff(BACKOFF, () => performance.now());
  /** Counts of the processes that were here before. */
  #past = NO_COUNTS;
  #restarts = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosing = false;

  constructor(number: number, mirror: CopySink, hooks: SlotHooks) {
    this.#number = number;
    this.#mirror = mirror;
    this.#hooks = hooks;
  }

  get isFree(): boolean {
    return this.child?.isFree ?? false;
  }

  get open(): number {
    return this.child?.open ?? 0;
  }

  /** Starts the first process. @throws ViliError why it did not start. */
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
    this.child?.take(socket);
  }

  counts(): ProxyCounts {
    return this.child === null ? this.#past : addCounts(this.#past, this.child.counts());
  }

  async close(deadlineMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.child?.close(deadlineMs);
  }

  // Private

  #launch(first: { onReady: () => void; onEnd: (end: ChildEnd) => void } | null): void {
    this.#timer = null;
    this.#backoff.started();
    let isReady = false;
    const { onObserved, onProblem, onFailure, onFree, onEvent, input } = this.#hooks;
    const child = new ClusterChild(input(), this.#mirror, {
      onObserved,
      onProblem,
      onFailure,
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
        this.child = null;
        if (end.untaken !== null) this.#hooks.onUntaken(end.untaken);
        if (!isReady) first?.onEnd(end);
        if (!this.#isClosing) this.#restart(child.pid, end);
      },
    });
    this.child = child;
  }

  #restart(pid: number, { reason, connections }: ChildEnd): void {
    const restartInMs = this.#backoff.nextMs();
    const process = this.#number;
    this.#restarts++;
    this.#timer = setTimeout(() => this.#launch(null), restartInMs);
    this.#hooks.onEvent({ kind: 'ended', process, pid, reason, connections, restartInMs });
  }
}
