import type { Evidence } from '../evidence/evidence.ts';
import { nonInferiority, type PairTest } from '../math/e-values.ts';
import type { VerdictParameters, VerdictSettings } from '../settings.ts';

/** What gates, decision and explanation look at: the evidence, the rules, the tests made of them. */
export interface DecisionContext {
  readonly evidence: Evidence;
  readonly settings: VerdictSettings;
  readonly parameters: VerdictParameters;
  readonly tests: {
    readonly margin: PairTest;
    readonly slow: PairTest;
    readonly logs: PairTest;
    readonly errorKinds: PairTest;
    readonly letIn: PairTest;
    readonly endpoint: PairTest;
  };
  /** The e-value a promotion needs of each test, and the one a rejection needs. */
  readonly promoteOdds: number;
  readonly rejectOdds: number;
}

/** The tests and odds that follow from the rules, once for all decisions of a test. */
export function contextOf(
  evidence: Evidence,
  settings: VerdictSettings,
  parameters: VerdictParameters,
): DecisionContext {
  return {
    evidence,
    settings,
    parameters,
    tests: {
      margin: nonInferiority(settings.margin, parameters.ratio),
      slow: nonInferiority(parameters.slowMargin, parameters.ratio),
      logs: nonInferiority(parameters.logMargin, 0),
      errorKinds: nonInferiority(parameters.errorKindMargin, 0),
      letIn: nonInferiority(parameters.letInMargin, 0),
      endpoint: nonInferiority(parameters.endpointMargin, parameters.ratio),
    },
    promoteOdds: 1 / parameters.alphaPromote,
    rejectOdds: 1 / parameters.alphaReject,
  };
}
