import { PatientTimer } from '../../runtime/patient-timer.ts';
import { threadTime } from '../../runtime/thread-time.ts';

/** The timer may be this much early. */
const EARLY_MS = 1;

/**
 * A first-in first-out queue whose members may all wait equally long. One timer serves all of them, because
 * the oldest expires next; members that have waited before are put in order when one is due. Time in which the
 * thread stood still does not count.
 */
export class DeadlineQueue<T> {
  private entries = new Map<T, number>();
  private readonly maxMs: number;
  private readonly onExpired: (item: T) => void;
  private readonly timer = new PatientTimer(() => this.expire());
  /** What the timer is set for. */
  private armedMs = Number.POSITIVE_INFINITY;
  private isInOrder = true;

  constructor(maxMs: number, onExpired: (item: T) => void) {
    this.maxMs = maxMs;
    this.onExpired = onExpired;
  }

  get size(): number {
    return this.entries.size;
  }

  add(item: T): void {
    this.enter(item, threadTime.now() + this.maxMs);
  }

  /** Takes back an item that was in the queue before, with the time it had left. */
  addAgain(item: T, dueMs: number): void {
    this.isInOrder = false;
    this.enter(item, dueMs);
  }

  /** False when the item was not waiting, or no longer. */
  remove(item: T): boolean {
    const found = this.entries.delete(item);
    if (this.entries.size === 0) this.disarm();
    return found;
  }

  /** Takes out the oldest item; undefined when the queue is empty. */
  shift(): T | undefined {
    for (const item of this.entries.keys()) {
      this.remove(item);
      return item;
    }
    return undefined;
  }

  // Private

  private enter(item: T, dueMs: number): void {
    this.entries.set(item, dueMs);
    this.arm(dueMs);
  }

  private arm(dueMs: number): void {
    if (dueMs >= this.armedMs) return;
    this.armedMs = dueMs;
    this.timer.start(Math.max(1, dueMs - threadTime.now()));
  }

  private disarm(): void {
    this.timer.stop();
    this.armedMs = Number.POSITIVE_INFINITY;
  }

  private expire(): void {
    this.disarm();
    if (!this.isInOrder) this.entries = new Map([...this.entries].sort(([, a], [, b]) => a - b));
    this.isInOrder = true;
    const now = threadTime.now() + EARLY_MS;
    for (const [item, due] of this.entries) {
      if (due > now) return this.arm(due);
      this.entries.delete(item);
      this.onExpired(item);
    }
  }
}
