/** One that collects a copy. */
export interface CopyHolder {
  /** Its copy is given up, and what it holds given back. */
  evict(): void;
}

/**
 * How many bytes copies take together while they are collected. The oldest make room for others: answers that last,
 * as streams of events do, would else keep all others out.
 */
export class CopyBudget {
  private readonly maxBytes: number;
  /** In the order in which they came. */
  private readonly held = new Map<CopyHolder, number>();
  private taken = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get takenBytes(): number {
    return this.taken;
  }

  /** False, and nothing is taken, when there is no room and nobody older than the holder. */
  take(holder: CopyHolder, bytes: number): boolean {
    while (this.taken + bytes > this.maxBytes) {
      const [oldest] = this.held.keys();
      if (oldest === undefined || oldest === holder) return false;
      this.giveBack(oldest);
      oldest.evict();
    }
    this.taken += bytes;
    this.held.set(holder, (this.held.get(holder) ?? 0) + bytes);
    return true;
  }

  /** Without `bytes`: all that the holder has. */
  giveBack(holder: CopyHolder, bytes = this.held.get(holder) ?? 0): void {
    const left = (this.held.get(holder) ?? 0) - bytes;
    this.taken -= bytes;
    if (left > 0) this.held.set(holder, left);
    else this.held.delete(holder);
  }
}
