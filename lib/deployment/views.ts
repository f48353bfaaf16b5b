import type { Rules } from './events.ts';
import { type OutageView, outageView } from './outage/takeover.ts';
import { type ProbationView, probationView } from './probation/view.ts';
import type { Deployment } from './state.ts';
import { type StepsView, stepsView } from './steps/view.ts';

/** What people are shown of the deployment beside the state itself. */
export interface DeploymentViews {
  /** Null while users are served. */
  readonly outage: OutageView | null;
  readonly probation: ProbationView | null;
  /** Null outside a promotion in steps. */
  readonly steps: StepsView | null;
}

export function viewsOf(state: Deployment, rules: Rules): DeploymentViews {
  return {
    outage: outageView(state, rules),
    probation: probationView(state, rules),
    steps: stepsView(state, rules),
  };
}
