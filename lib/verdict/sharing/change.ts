import {
  type ChangeAlternatives,
  LATER,
  priorLeft,
  priorOfChange,
} from '../math/change-mixture.ts';
import { E_VALUE_CAP } from '../math/e-values.ts';
import type { Block, Timeline } from './timeline.ts';

/** exp() of this is finite with room for sums. */
const EXPONENT_CAP = 600;

type Counts = Omit<Block, 'start'>;

/**
 * The e-value of `ChangeMixture` for counts that were added up: against P(hit | past) <= the null rate. A change may
 * begin with any block, on every host at the same time of its own test: each such bet decides before a pair whether it
 * is on, so it stays valid in whatever order the pairs came. What is bet on a beginning depends on its time alone;
 * as blocks join, bets are given up, which only lowers the value. Null: the rates are those in `surprise`.
 */
export function changeE(
  timeline: Pick<Timeline, 'blocks' | 'step'>,
  alternatives: ChangeAlternatives,
  nullRate: number | null,
): number {
  const blocks = timeline.blocks();
  let value = priorLeft(timeline.step + 1);
  for (const [index, bet] of alternatives.bets.entries()) {
    let log = 0;
    for (const block of blocks.toReversed()) {
      log += logFactor(block, alternatives, index, nullRate);
      if (block.start > 0) value += bet * priorOfChange(block.start + 1) * boundedExp(log);
    }
    value += bet * priorOfChange(1) * boundedExp(log);
  }
  return Math.min(value, E_VALUE_CAP);
}

/** The same where only the sum is known: a change from the start, or none. */
export function startE(
  counts: Counts,
  alternatives: ChangeAlternatives,
  nullRate: number | null,
): number {
  let value = LATER;
  for (const [index, bet] of alternatives.bets.entries()) {
    const log = logFactor(counts, alternatives, index, nullRate);
    value += bet * priorOfChange(1) * boundedExp(log);
  }
  return Math.min(value, E_VALUE_CAP);
}

// Private

/**
 * Where null rates differ from hit to hit, their geometric mean stands for all: the factor of a hit is a convex
 * function of their logarithm, so this is at most the product (Jensen). A miss does not depend on them.
 */
function logFactor(
  { hits, misses, surprise }: Counts,
  { rates, relative }: ChangeAlternatives,
  index: number,
  nullRate: number | null,
): number {
  const given = rates[index] as number;
  const rate = nullRate ?? (hits > 0 ? Math.exp(-surprise / hits) : 1);
  if (relative) return hits * Math.log(given / rate + 1 - given) + misses * Math.log(1 - given);
  if (given <= rate) return 0;
  return hits * Math.log(given / rate) + misses * Math.log((1 - given) / (1 - rate));
}

function boundedExp(exponent: number): number {
  return Math.exp(Math.min(EXPONENT_CAP, exponent));
}
