/** How many bytes several holders may have in memory together. */
export class ByteBudget {
  private readonly maxBytes: number;
  private taken = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get takenBytes(): number {
    return this.taken;
  }

  /** False, and nothing is taken, when there is no room for so many. */
  take(bytes: number): boolean {
    if (this.taken + bytes > this.maxBytes) return false;
    this.taken += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.taken -= bytes;
  }
}
