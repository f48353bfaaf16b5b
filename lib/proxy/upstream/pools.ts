import type { Target } from '../../model/exchange.ts';
import { hostAddresses } from '../../runtime/net/host-addresses.ts';
import { type Drained, UpstreamPool } from './pool.ts';
import type { UpstreamLimits } from './types.ts';

/** The pools of all targets that are in use or being drained. */
export class UpstreamPools {
  private readonly limits: UpstreamLimits;
  private readonly pools = new Map<string, UpstreamPool>();

  constructor(limits: UpstreamLimits) {
    this.limits = limits;
  }

  /**
   * The pool of a target, created when there is none; other pools stop keeping idle connections, apart from those of
   * `beside`, which are in use as well.
   */
  use(target: Target, ...beside: readonly (Target | null | undefined)[]): UpstreamPool {
    const key = keyOf(target);
    let pool = this.pools.get(key);
    if (pool === undefined) {
      pool = new UpstreamPool(target, this.limits);
      // So that no user waits for the resolver.
      hostAddresses.find(target.host, () => {});
      this.pools.set(key, pool);
    }
    pool.retire(false);
    const besideKeys = new Set(beside.map((one) => one && keyOf(one)));
    for (const [otherKey, other] of this.pools) {
      if (other === pool || besideKeys.has(otherKey)) continue;
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

  /** What waits for this target, which hangs, goes to the next one where it can be sent again. */
  moveOn(target: Target): void {
    this.pools.get(keyOf(target))?.moveOn();
  }

  /** Waits for what is in flight to a target; its pool is dropped then, unless in use. */
  async drain(
    target: Target,
    isInUse: (pool: UpstreamPool) => boolean,
    timeoutMs: number,
  ): Promise<Drained> {
    const key = keyOf(target);
    const pool = this.pools.get(key);
    if (pool === undefined) return { finished: 0, cut: 0 };
    if (!isInUse(pool)) pool.retire(true);
    const result = await pool.drain(timeoutMs);
    const isDone = !isInUse(pool) && pool.inFlight === 0;
    if (isDone && this.pools.get(key) === pool) this.pools.delete(key);
    return result;
  }

  /** Closes the idle connections to all targets, permanently. */
  retireAll(): void {
    for (const pool of this.pools.values()) pool.retire(true);
  }

  /** Waits for everything in flight and cuts the rest. */
  async drainAll(timeoutMs: number): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.drain(timeoutMs)));
  }
}

// Private

function keyOf(target: Target): string {
  return `${target.host} ${target.port} ${target.instance}`;
}
