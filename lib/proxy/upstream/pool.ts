import type { Target } from '../../model/exchange.ts';
import { patientTimeout } from '../../runtime/patient-timer.ts';
import { DeadlineQueue } from '../io/deadline-queue.ts';
import { SwapList, type SwapListItem } from '../io/swap-list.ts';
import { UpstreamClient } from './client.ts';
import type { UpstreamLimits } from './types.ts';

/** A request or tunnel that needs a connection to running. */
export interface UpstreamJob extends SwapListItem {
  dispatchOn(client: UpstreamClient): void;
  /** No connection became available in time. */
  noConnection(): void;
  /** The drain is over: the job has to end now. */
  cut(): void;
}

/** The outcome of the requests and tunnels that were in flight when a drain began. */
export interface Drained {
  readonly finished: number;
  readonly cut: number;
}

/** The connections to one target, reused last-in first-out, so that few stay warm and the rest end. */
export class UpstreamPool {
  readonly target: Target;
  private readonly limits: UpstreamLimits;
  private readonly clients = new Set<UpstreamClient>();
  private readonly free: UpstreamClient[] = [];
  private readonly waiting: DeadlineQueue<UpstreamJob>;
  private readonly active = new SwapList<UpstreamJob>();
  private readonly leaveWatchers = new Set<() => void>();
  private retired = false;

  constructor(target: Target, limits: UpstreamLimits) {
    this.target = target;
    this.limits = limits;
    this.waiting = new DeadlineQueue(limits.connectTimeoutMs, (job) => job.noConnection());
  }

  get inFlight(): number {
    return this.active.size;
  }

  /** Counts a job as in flight until `leave`. */
  enter(job: UpstreamJob): void {
    this.active.add(job);
  }

  leave(job: UpstreamJob): void {
    if (!this.active.delete(job)) return;
    for (const watch of this.leaveWatchers) watch();
  }

  /** Starts the job as soon as there is a connection. */
  run(job: UpstreamJob): void {
    const client = this.free.pop();
    if (client !== undefined) return job.dispatchOn(client);
    if (this.clients.size < this.limits.maxConnections) return job.dispatchOn(this.create());
    this.waiting.add(job);
  }

  /** Starts the job on a new connection in place of a dead one. */
  runAnew(job: UpstreamJob, dead: UpstreamClient): void {
    this.discard(dead);
    job.dispatchOn(this.create());
  }

  /** Takes a connection back. */
  release(client: UpstreamClient): void {
    const next = this.waiting.shift();
    if (client.spent) {
      this.discard(client);
      next?.dispatchOn(this.create());
    } else if (next !== undefined) next.dispatchOn(client);
    else if (this.retired) this.discard(client);
    else this.free.push(client);
  }

  /** Removes a job whose client left before it got a connection; false when the job was not waiting. */
  cancel(job: UpstreamJob): boolean {
    return this.waiting.remove(job);
  }

  /** Stops, or resumes, keeping idle connections. */
  retire(retired: boolean): void {
    this.retired = retired;
    if (!retired) return;
    for (const client of this.free.splice(0)) this.discard(client);
  }

  /** Waits for the jobs in flight now and cuts the rest after `timeoutMs`. */
  async drain(timeoutMs: number): Promise<Drained> {
    const before = this.active.size;
    await this.idle(timeoutMs);
    const left = this.active.toArray();
    for (const job of left) job.cut();
    return { finished: Math.max(0, before - left.length), cut: left.length };
  }

  // Private

  private idle(timeoutMs: number): Promise<void> {
    if (this.active.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        timer.stop();
        this.leaveWatchers.delete(watch);
        resolve();
      };
      const watch = (): void => {
        if (this.active.size === 0) done();
      };
      const timer = patientTimeout(timeoutMs, done);
      this.leaveWatchers.add(watch);
    });
  }

  private create(): UpstreamClient {
    const client = new UpstreamClient(this.target, this.limits);
    this.clients.add(client);
    return client;
  }

  private discard(client: UpstreamClient): void {
    this.clients.delete(client);
    client.destroy();
  }
}
