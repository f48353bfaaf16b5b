import { DeadlineQueue } from '../io/deadline-queue.ts';
import type { Consumer } from './places.ts';

/** How many consumers are tried for one free connection; the others come first the next time. */
const TRIES_MAX = 64;

interface WaitingJob {
  readonly consumer: Consumer;
  noConnection(): void;
}

/** Jobs that wait for a connection to running: consumers take turns, however much each of them waits for. */
export class WaitingJobs<T extends WaitingJob> {
  private readonly deadlines: DeadlineQueue<T>;
  private readonly byConsumer = new Map<Consumer, Set<T>>();

  constructor(maxMs: number) {
    this.deadlines = new DeadlineQueue(maxMs, (job) => {
      this.forget(job);
      job.noConnection();
    });
  }

  get size(): number {
    return this.deadlines.size;
  }

  add(job: T): void {
    const { consumer } = job;
    const jobs = this.byConsumer.get(consumer);
    if (jobs === undefined) this.byConsumer.set(consumer, new Set([job]));
    else jobs.add(job);
    this.deadlines.add(job);
  }

  /** False when the job was not waiting, or no longer. */
  remove(job: T): boolean {
    if (!this.deadlines.remove(job)) return false;
    this.forget(job);
    return true;
  }

  /** Takes out the next job whose consumer may have a connection. */
  take(mayTake: (consumer: Consumer) => boolean): T | undefined {
    let tries = Math.min(TRIES_MAX, this.byConsumer.size);
    for (const [consumer, jobs] of this.byConsumer) {
      if (tries-- === 0) return undefined;
      this.byConsumer.delete(consumer);
      this.byConsumer.set(consumer, jobs);
      if (!mayTake(consumer)) continue;
      for (const job of jobs) {
        this.remove(job);
        return job;
      }
    }
    return undefined;
  }

  // Private

  private forget(job: T): void {
    const { consumer } = job;
    const jobs = this.byConsumer.get(consumer);
    if (jobs?.delete(job) === true && jobs.size === 0) this.byConsumer.delete(consumer);
  }
}
