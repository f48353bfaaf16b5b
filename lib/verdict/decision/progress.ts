import { moreUntil, type PairTest } from '../math/e-values.ts';

/** More than this many is shown as "too many to wait for". */
export const MANY = 1e6;

/** Pairs that came out the same, worse and better. */
export type Balance = readonly [same: number, worse: number, better: number];

/** Whether the test is at the odds; asked after each pair, so it takes no more steps than it needs. */
export function hasReached(test: PairTest, balance: Balance, odds: number): boolean {
  return test(balance[0], balance[1], balance[2], odds) >= odds;
}

/** How many more pairs with the same outcome bring the test to the odds; `MANY` at most. */
export function moreSame(test: PairTest, [same, worse, better]: Balance, odds: number): number {
  return moreUntil((more) => test(same + more, worse, better, odds), odds, MANY);
}

/** 0 to 1. */
export function shareDone(done: number, more: number): number {
  return more <= 0 ? 1 : done / (done + more);
}
