import type { Block } from './blocks.ts';
import { KINDS } from './kinds.ts';
import { OUTAGE_BLOCKS, OUTAGE_CLIENTS, OUTAGE_RATE } from './parameters.ts';

/**
 * Notices that most of everything fails at once. That is more often something that all versions need than the version, so
 * it counts once, over all endpoints, and slowly: only lowering evidence, it breaks no guarantee.
 */
export class Outages {
  #last: readonly Block[] = [];

  /** The kinds of failure that are an outage as of this block. */
  update(block: Block): readonly boolean[] {
    this.#last = [...this.#last, block].slice(-OUTAGE_BLOCKS);
    return KINDS.map((_, kind) => {
      let [units, failed] = [0, 0];
      for (const { all } of this.#last) {
        for (const { hits, responses } of all.values()) {
          units++;
          failed += (hits[kind] as number) / responses;
        }
      }
      return failed >= OUTAGE_CLIENTS && failed >= OUTAGE_RATE * units;
    });
  }
}
