import type { CourseView } from '../../lib/evaluation/course/view.ts';
import type { UserReport } from '../../lib/evaluation/users/user-evidence.ts';
import type { EvaluationView, TestView } from '../../lib/evaluation/report/views.ts';
import type {
  ComparatorMessage,
  DeployerMessage,
  DeploymentView,
  TrafficCounts,
  TrafficMirrorMessage,
  UserWatchMessage,
} from '../messages.ts';
import type { FleetMessage } from '../fleet/messages.ts';
import type { FleetReport } from '../../lib/fleet/view/view.ts';
import type { Services } from './services.ts';

/** The deployment and its servlets. Throws AskTimeout when the deployer does not reply. */
export function askDeployment({ system, addresses }: Services): Promise<DeploymentView> {
  return system.ask<DeployerMessage, DeploymentView>(addresses.deployer, (reply) => ({
    type: 'describe',
    reply,
  }));
}

/** What the evidence allows now; null while nothing is tested. */
export function askEvaluation({ system, addresses }: Services): Promise<EvaluationView | null> {
  return system.ask<ComparatorMessage, EvaluationView | null>(addresses.comparator, (reply) => ({
    type: 'describe',
    reply,
  }));
}

/** How a version on probation, or with a share of the users, does by what they get; null: there is none. */
export function askUsers({ system, addresses }: Services): Promise<UserReport | null> {
  return system.ask<UserWatchMessage, UserReport | null>(addresses.userWatch, (reply) => ({
    type: 'describe',
    reply,
  }));
}

/** All evidence on the test under way; null while nothing is tested. */
export function askTest({ system, addresses }: Services): Promise<TestView | null> {
  return system.ask<ComparatorMessage, TestView | null>(addresses.comparator, (reply) => ({
    type: 'report',
    reply,
  }));
}

/** How the evidence on the test under way grew; null while nothing is tested. */
export function askCourse({ system, addresses }: Services): Promise<CourseView | null> {
  return system.ask<ComparatorMessage, CourseView | null>(addresses.comparator, (reply) => ({
    type: 'course',
    reply,
  }));
}

/** What became of the requests so far, in the proxy and in the mirror. */
export function askTraffic({ system, addresses }: Services): Promise<TrafficCounts> {
  return system.ask<TrafficMirrorMessage, TrafficCounts>(addresses.trafficMirror, (reply) => ({
    type: 'counts',
    reply,
  }));
}

/** The fleet as this host knows it; null: it decides alone. Throws AskTimeout when the actor does not reply. */
export async function askFleet({
  settings,
  system,
  addresses,
}: Services): Promise<FleetReport | null> {
  if (settings.fleet.endpoints.length === 0) return null;
  return system.ask<FleetMessage, FleetReport>(addresses.fleet, (reply) => ({
    type: 'describe',
    reply,
  }));
}
