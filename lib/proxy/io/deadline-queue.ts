import { PatientTimer } from '../../runtime/patient-timer.ts';
import { threadTime } from '../../runtime/thread-time.ts';

/** The timer may be this much early. */
const EARLY_MS = 1;

/**
 * A first-in first-out queue whose members may all wait equally long. One timer serves all of them, because
 * the oldest always expires next. Time in which the thread stood still does not count.
 */
export class DeadlineQueue<T> {
  private readonly entries = new Map<T, number>();
  private readonly maxMs: number;
  private readonly onExpired: (item: T) => void;
  private readonly timer = new PatientTimer(() => this.expire());
  private isArmed = false;

  constructor(maxMs: number, onExpired: (item: T) => void) {
    this.maxMs = maxMs;
    this.onExpired = onExpired;
  }

  get size(): number {
    return this.entries.size;
  }

  add(item: T): void {
    this.entries.set(item, threadTime.now() + this.maxMs);
    this.arm();
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

  private arm(): void {
    if (this.isArmed) return;
    for (const due of this.entries.values()) {
      this.isArmed = true;
      this.timer.start(Math.max(1, due - threadTime.now()));
      return;
    }
  }

  private disarm(): void {
    this.timer.stop();
    this.isArmed = false;
  }

  private expire(): void {
    this.isArmed = false;
    const now = threadTime.now() + EARLY_MS;
    for (const [item, due] of this.entries) {
      if (due > now) break;
      this.entries.delete(item);
      this.onExpired(item);
    }
    this.arm();
  }
}
