import type { Target } from '../../model/exchange.ts';
import { patientTimeout } from '../../runtime/patient-timer.ts';
import { SwapList, type SwapListItem } from '../io/swap-list.ts';
import { UpstreamClient } from './client.ts';
import { type Consumer, Places } from './places.ts';
import { Pulse } from './pulse.ts';
import { type Pace, SlowClients } from './slow-clients.ts';
import type { UpstreamLimits } from './types.ts';
import { WaitingJobs } from './waiting-jobs.ts';

/** A request or tunnel that needs a connection to running. */
export interface UpstreamJob extends SwapListItem {
  /** Whose connection it takes. */
  readonly consumer: Consumer;
  /** How its client keeps up; null while nobody waits for the client. */
  pace(nowMs: number): Pace | null;
  /** Its client is too slow for a connection that others need. */
  cutSlow(): void;
  dispatchOn(client: UpstreamClient): void;
  /** No connection became available in time. */
  noConnection(): void;
  /** The drain is over: the job has to end now. */
  cut(): void;
  /** Its target hangs and was replaced: a job that can be done anew goes to the next one. */
  moveOn(): void;
}

/** The outcome of the requests and tunnels that were in flight when a drain began. */
export interface Drained {
  readonly finished: number;
  readonly cut: number;
}

/** The connections to one target, reused last-in first-out, so that few stay warm and the rest end. */
export class UpstreamPool {
  readonly target: Target;
  readonly pulse = new Pulse();
  private readonly limits: UpstreamLimits;
  private readonly clients = new Set<UpstreamClient>();
  private readonly free: UpstreamClient[] = [];
  private readonly waiting: WaitingJobs<UpstreamJob>;
  private readonly places: Places;
  private readonly slowClients: SlowClients;
  private readonly active = new SwapList<UpstreamJob>();
  private readonly leaveWatchers = new Set<() => void>();
  private retired = false;

  constructor(target: Target, limits: UpstreamLimits) {
    this.target = target;
    this.limits = limits;
    this.waiting = new WaitingJobs(limits.connectTimeoutMs);
    this.places = new Places(limits.maxConnections);
    this.slowClients = new SlowClients(
      () => this.active.toArray(),
      () => Math.max(this.places.excess, this.waiting.size),
    );
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
    if (this.places.mayTake(job.consumer)) this.start(job);
    else this.waiting.add(job);
    this.slowClients.watch();
  }

  /** Starts the job on a new connection in place of a dead one. */
  runAnew(job: UpstreamJob, dead: UpstreamClient): void {
    this.discard(dead);
    job.dispatchOn(this.create());
  }

  /** Takes the connection of a job back. */
  release(client: UpstreamClient, job: UpstreamJob): void {
    this.places.giveBack(job.consumer);
    if (client.spent || (this.retired && this.waiting.size === 0)) this.discard(client);
    else this.free.push(client);
    while (this.waiting.size !== 0) {
      const next = this.waiting.take((consumer) => this.places.mayTake(consumer));
      if (next === undefined) return;
      this.start(next);
    }
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

  moveOn(): void {
    for (const job of this.active.toArray()) job.moveOn();
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

  private start(job: UpstreamJob): void {
    this.places.take(job.consumer);
    job.dispatchOn(this.free.pop() ?? this.create());
  }

  private create(): UpstreamClient {
    const client = new UpstreamClient(this.target, this.limits, this.pulse);
    this.clients.add(client);
    return client;
  }

  private discard(client: UpstreamClient): void {
    this.clients.delete(client);
    client.destroy();
  }
}
