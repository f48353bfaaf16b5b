import type { EvaluationView, TestView } from '../../lib/evaluation/test.ts';
import type { Services } from '../app/services.ts';
import type {
  ComparatorMessage,
  DeployerMessage,
  DeploymentView,
  TrafficCounts,
  TrafficMirrorMessage,
} from '../messages.ts';

/** An actor that does not answer in this time is stuck; the operator is told which. */
const ASK_TIMEOUT_MS = 3000;

/** The deployment as the deployer has it now, with its servlets. Throws when it does not answer. */
export function askDeployment({ system, addresses }: Services): Promise<DeploymentView> {
  return system.ask<DeployerMessage, DeploymentView>(
    addresses.deployer,
    (reply) => ({ type: 'describe', reply }),
    ASK_TIMEOUT_MS,
  );
}

/** What the evidence allows now; null while nothing is tested. */
export function askEvaluation({ system, addresses }: Services): Promise<EvaluationView | null> {
  return system.ask<ComparatorMessage, EvaluationView | null>(
    addresses.comparator,
    (reply) => ({ type: 'describe', reply }),
    ASK_TIMEOUT_MS,
  );
}

/** All that is known of the test under way; null while nothing is tested. */
export function askTest({ system, addresses }: Services): Promise<TestView | null> {
  return system.ask<ComparatorMessage, TestView | null>(
    addresses.comparator,
    (reply) => ({ type: 'report', reply }),
    ASK_TIMEOUT_MS,
  );
}

/** What became of the requests so far, at the gate and on the far side. */
export function askTraffic({ system, addresses }: Services): Promise<TrafficCounts> {
  return system.ask<TrafficMirrorMessage, TrafficCounts>(
    addresses.trafficMirror,
    (reply) => ({ type: 'counts', reply }),
    ASK_TIMEOUT_MS,
  );
}
