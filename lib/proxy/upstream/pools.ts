import type { Target } from '../../model/exchange.ts';
import { type Drained, type PoolLimits, UpstreamPool } from './pool.ts';

/** The pools of all targets that are in use or being drained. */
export class UpstreamPools {
  private readonly limits: PoolLimits;
  private readonly pools = new Map<string, UpstreamPool>();

  constructor(limits: PoolLimits) {
    this.limits = limits;
  }

  /** The pool of a target, made when there is none; others keep no idle connection from now on. */
  use(target: Target): UpstreamPool {
    const key = keyOf(target);
    let pool = this.pools.get(key);
    if (pool === undefined) {
      pool = new UpstreamPool(target, this.limits);
      this.pools.set(key, pool);
    }
    pool.retire(false);
    for (const [otherKey, other] of this.pools) {
      if (other === pool) continue;
      other.retire(true);
      if (other.inFlight === 0) this.pools.delete(otherKey);
    }
    return pool;
  }

  inFlight(target?: Target): number {
    if (target !== undefined) return this.pools.get(keyOf(target))?.inFlight ?? 0;
    let sum = 0;
    for (const pool of this.pools.values()) sum += pool.inFlight;
    return sum;
  }

  /** Waits for what is in flight to a target; unless it is in use, nothing of it is kept. */
  async drain(
    target: Target,
    inUse: () => UpstreamPool | null,
    timeoutMs: number,
  ): Promise<Drained> {
    const pool = this.pools.get(keyOf(target));
    if (pool === undefined) return { finished: 0, cut: 0 };
    if (pool !== inUse()) pool.retire(true);
    const result = await pool.drain(timeoutMs);
    if (pool !== inUse() && pool.inFlight === 0) this.forget(target, pool);
    return result;
  }

  /** Closes the idle connections of all targets, for good. */
  retireAll(): void {
    for (const pool of this.pools.values()) pool.retire(true);
  }

  /** Waits for everything in flight and cuts what is left. */
  async drainAll(timeoutMs: number): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.drain(timeoutMs)));
  }

  // Private

  private forget(target: Target, pool: UpstreamPool): void {
    const key = keyOf(target);
    if (this.pools.get(key) === pool) this.pools.delete(key);
  }
}

function keyOf(target: Target): string {
  return `${target.host} ${target.port} ${target.instance}`;
}
