import { priorLeft, priorOfChange } from './change-mixture.ts';
import { E_VALUE_CAP } from './e-values.ts';

/**
 * An e-value over blocks of observations, for alternatives that begin at any block: the same mixture as
 * `ChangeMixture`, whose observations may be many and may depend on each other within a block. The caller
 * gives the likelihood ratio of a block under each alternative, or anything below it: lowering a factor,
 * for instance to a cap, lowers the e-value and never breaks its guarantee.
 */
export class BlockMixture {
  readonly #bets: readonly number[];
  readonly #masses: number[];
  #blocks = 0;
  #value = 1;

  /** `bets` add up to 1, one for each alternative. */
  constructor(bets: readonly number[]) {
    this.#bets = bets;
    this.#masses = bets.map(() => 0);
  }

  get value(): number {
    return this.#value;
  }

  /** A new one that bets on what has paid off here. */
  anew(): BlockMixture {
    const total = this.#masses.reduce((sum, mass) => sum + mass, 0);
    return new BlockMixture(total > 0 ? this.#masses.map((mass) => mass / total) : this.#bets);
  }

  /** Takes in one block, by the logarithm of its factor under each alternative. */
  update(logFactors: readonly number[]): number {
    const n = ++this.#blocks;
    const prior = priorOfChange(n);
    let sum = priorLeft(n);
    for (let index = 0; index < this.#masses.length; index++) {
      const before = (this.#masses[index] as number) + prior * (this.#bets[index] as number);
      const mass = Math.min(before * Math.exp(logFactors[index] as number), E_VALUE_CAP);
      this.#masses[index] = mass;
      sum += mass;
    }
    this.#value = sum;
    return sum;
  }
}
