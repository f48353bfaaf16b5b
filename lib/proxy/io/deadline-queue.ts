/**
 * A first-in first-out queue whose members may all wait equally long. One timer serves all of them, because
 * the oldest always expires next.
 */
export class DeadlineQueue<T> {
  private readonly entries = new Map<T, number>();
  private readonly maxMs: number;
  private readonly onExpired: (item: T) => void;
  private timer: NodeJS.Timeout | null = null;

  constructor(maxMs: number, onExpired: (item: T) => void) {
    this.maxMs = maxMs;
    this.onExpired = onExpired;
  }

  get size(): number {
    return this.entries.size;
  }

  add(item: T): void {
    this.entries.set(item, performance.now() + this.maxMs);
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
    if (this.timer !== null) return;
    for (const due of this.entries.values()) {
      this.timer = setTimeout(() => this.expire(), Math.max(1, due - performance.now()));
      return;
    }
  }

  private disarm(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  private expire(): void {
    this.timer = null;
    const now = performance.now();
    for (const [item, due] of this.entries) {
      if (due > now) break;
      this.entries.delete(item);
      this.onExpired(item);
    }
    this.arm();
  }
}
