import { ByteBudget } from '../../model/byte-budget.ts';

/** A request whose copy is being collected. */
export interface CopyHolder {
  /** Its copy is dropped, and its bytes have been given back. */
  evict(): void;
}

/**
 * The limit on the bytes of all copies while they are collected. The oldest copies make room for new ones:
 * long responses, such as event streams, would otherwise keep all others out.
 */
export class CopyBudget {
  private readonly bytes: ByteBudget;
  /** In order of arrival. */
  private readonly held = new Map<CopyHolder, number>();

  constructor(maxBytes: number) {
    this.bytes = new ByteBudget(maxBytes);
  }

  get takenBytes(): number {
    return this.bytes.takenBytes;
  }

  /** Returns false, and takes nothing, when the bytes do not fit and no holder is older. */
  take(holder: CopyHolder, bytes: number): boolean {
    while (!this.bytes.take(bytes)) {
      const [oldest] = this.held.keys();
      if (oldest === undefined || oldest === holder) return false;
      this.giveBack(oldest);
      oldest.evict();
    }
    this.held.set(holder, (this.held.get(holder) ?? 0) + bytes);
    return true;
  }

  /** Gives back `bytes`, by default all that the holder has. */
  giveBack(holder: CopyHolder, bytes = this.held.get(holder) ?? 0): void {
    const left = (this.held.get(holder) ?? 0) - bytes;
    this.bytes.giveBack(bytes);
    if (left > 0) this.held.set(holder, left);
    else this.held.delete(holder);
  }
}
