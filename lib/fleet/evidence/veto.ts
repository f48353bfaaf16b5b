import { BLOCK_ODDS, REJECT_ODDS } from '../../verdict/parameters.ts';

/**
 * The odds to 1 at which one of so many hosts rejects by itself, which holds the rollout. Each of them may be wrong, so
 * each has to be as many times as sure: the chance that any of them is stays that of one host.
 */
export function localVetoOdds(hostCount: number): number {
  return REJECT_ODDS * atLeastOne(hostCount);
}

/** The odds at which one of so many hosts is enough to hold a promotion, likewise. */
export function localHoldOdds(hostCount: number): number {
  return BLOCK_ODDS * atLeastOne(hostCount);
}

// Private

function atLeastOne(hostCount: number): number {
  return hostCount > 1 ? Math.ceil(hostCount) : 1;
}
