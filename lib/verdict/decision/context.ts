import { blockingKinds } from '../../compare/findings.ts';
import type { DifferenceKind } from '../../compare/outcome.ts';
import { Evidence } from '../evidence/evidence.ts';
import { nonInferiority, type PairTest } from '../math/e-values.ts';
import { RATIO, REJECT_ODDS } from '../parameters.ts';
import { checkVerdictSettings, cooldownScale, type VerdictSettings } from '../settings.ts';

/** What signals, decision and explanation work with: the evidence, and what follows from the settings. */
export interface DecisionContext {
  readonly evidence: Evidence;
  readonly settings: VerdictSettings;
  /** Rules out that testing fails more often than running by `settings.margin`. */
  readonly marginTest: PairTest;
  /** Which kinds of difference count against testing. */
  readonly isBlocking: (kind: DifferenceKind) => boolean;
  /** What operators accepted of this version, by name. */
  readonly accepted: Set<string>;
  /** Whether an operator accepted what is held back under this name (the `accept` of its reason). */
  readonly isAccepted: (name: string) => boolean;
  /** The odds to 1 that reject; more for one of several hosts, any of which may be wrong. */
  rejectOdds: number;
  /** The cool-down times of the signals are multiplied by this. */
  readonly cooldownScale: number;
}

/**
 * Worked out once for a whole test.
 * @throws ViliError `VILI_VERDICT_SETTINGS` for settings that make a test impossible.
 */
export function contextOf(settings: VerdictSettings): DecisionContext {
  checkVerdictSettings(settings);
  const accepted = new Set<string>();
  return {
    evidence: new Evidence(settings.maxEndpoints),
    settings,
    marginTest: nonInferiority(settings.margin, RATIO),
    isBlocking: blockingKinds(settings),
    accepted,
    isAccepted: (name) => accepted.has(name),
    rejectOdds: REJECT_ODDS,
    cooldownScale: cooldownScale(settings),
  };
}
