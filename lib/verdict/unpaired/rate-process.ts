import { BlockMixture } from '../math/block-mixture.ts';
import type { Unit } from './blocks.ts';
import { BETS, CLIENT_LOG_MAX, REACH } from './parameters.ts';
import { Resting } from './resting.ts';

/** How one block is judged. */
export interface Terms {
  readonly kind: number;
  readonly nullRate: number;
  /** When the block ended. */
  readonly atMs: number;
  /** What it can add at most, as a logarithm. */
  readonly logMax: number;
}

/**
 * An e-value against "clients of the version on trial get this kind of response at most at the null rate".
 * The null rate may change from block to block, as long as nothing of the block itself is in it that the version
 * on trial did. What a block and a client can add is capped.
 */
export class RateProcess {
  readonly #mixture = new BlockMixture(BETS);
  readonly #resting = new Resting();
  readonly #logs = BETS.map(() => 0);
  /** The same evidence, of what came later only. */
  #again: BlockMixture | null = null;

  get value(): number {
    return this.#mixture.value;
  }

  /** The evidence since `beginAgain`; 1 before it. */
  get againValue(): number {
    return this.#again?.value ?? 1;
  }

  beginAgain(): void {
    this.#again = this.#mixture.anew();
  }

  /** Takes in one block of the version on trial. */
  update(
    units: readonly Unit[],
    { kind, nullRate, atMs, logMax }: Terms,
    shareOf: (client: string) => number,
  ): void {
    let good = 0;
    const failing: { readonly client: string; readonly share: number }[] = [];
    for (const { client, responses, hits } of units) {
      if (this.#resting.has(client, atMs)) continue;
      const count = hits[kind] as number;
      if (count === 0) good++;
      else failing.push({ client, share: count / responses });
    }
    if (good === 0 && failing.length === 0) return;
    for (const { client, share } of failing) {
      this.#resting.failed({ client, share, ofControl: shareOf(client) }, atMs);
    }
    for (let index = 0; index < REACH.length; index++) {
      const rate = nullRate + (1 - nullRate) * (REACH[index] as number);
      const hit = Math.log(rate / nullRate);
      const miss = Math.log((1 - rate) / (1 - nullRate));
      let sum = good * miss;
      for (const { share } of failing)
        sum += Math.min(CLIENT_LOG_MAX, share * hit + (1 - share) * miss);
      this.#logs[index] = Math.min(logMax, sum);
    }
    this.#mixture.update(this.#logs);
    this.#again?.update(this.#logs);
  }
}
