const MS_PER_S = 1000;

/** A token bucket: `burst` at once, and `perSecond` in the long run. */
export class RateLimit {
  private readonly burst: number;
  private readonly perSecond: number;
  private left: number;
  private atMs = performance.now();

  constructor(burst: number, perSecond: number) {
    this.burst = burst;
    this.perSecond = perSecond;
    this.left = burst;
  }

  /** False when there were too many. */
  take(): boolean {
    const nowMs = performance.now();
    const gained = ((nowMs - this.atMs) / MS_PER_S) * this.perSecond;
    this.atMs = nowMs;
    this.left = Math.min(this.burst, this.left + gained);
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
