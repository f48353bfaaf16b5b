import { messageOf } from '../../../lib/errors.ts';
import { listArchives } from '../../../lib/archive/retention.ts';
import type { EvaluationView } from '../../../lib/evaluation/report/views.ts';
import type { UserReport } from '../../../lib/evaluation/users/user-evidence.ts';
import { composeStatus } from '../../../lib/operator/views/compose-status.ts';
import type { FleetReport } from '../../../lib/fleet/view/view.ts';
import type { FleetStatus } from '../../../lib/operator/views/fleet-view.ts';
import type {
  DiskView,
  StatusView,
  TrafficView,
  UserFailureView,
  UsersEvidence,
  UsersView,
  VerdictView,
} from '../../../lib/operator/views/status-view.ts';
import type { ProxyCounts } from '../../../lib/proxy/counts.ts';
import { trustWord } from '../../../lib/servlet/trust.ts';
import { userFailureText } from '../../../lib/text/user-failure.ts';
import type { DeploymentView, TrafficCounts } from '../../messages.ts';
import { askDeployment, askEvaluation, askFleet, askTraffic, askUsers } from '../questions.ts';
import type { Services } from '../services.ts';
import { fleetNames } from '../settings/fleet-names.ts';

/** What the actors replied, and what was looked up meanwhile. */
export interface Asked {
  readonly described: DeploymentView;
  readonly counts: TrafficCounts;
  readonly evaluation: EvaluationView | null;
  /** What users get of a version on probation or with a share; null where nobody can say. */
  readonly users: UserReport | null;
  readonly surroundings: Surroundings;
}

interface Surroundings extends Pick<StatusView, 'archive' | 'disk'> {
  readonly port: number;
  /** Null where this host decides alone. */
  readonly fleet: FleetAsked | null;
}

/** Also when the actor does not reply: a status is needed then all the more. */
type FleetAsked =
  | { readonly report: FleetReport; readonly problem: null }
  | { readonly report: null; readonly problem: string };

/**
 * Asks all that a status is made of at once: each reply waits for a turn of a thread that also serves users. Throws AskTimeout
 * when an actor does not reply.
 */
export async function askAll(services: Services): Promise<Asked> {
  const [described, counts, evaluation, users, surroundings] = await Promise.all([
    askDeployment(services),
    askTraffic(services),
    askEvaluation(services),
    askUsers(services).catch(() => null),
    surroundingsOf(services),
  ]);
  return { described, counts, evaluation, users, surroundings };
}

/** What `vili status` shows, and the metrics. */
export function statusOf(services: Services, asked: Asked): StatusView {
  const { settings, now } = services;
  const { counts, evaluation, users, surroundings } = asked;
  const { port, archive, disk, fleet } = surroundings;
  const { deployment, servlets, outage, probation, steps } = asked.described;
  const isOnProbation = evaluation !== null && evaluation.against !== null;
  const evidence = isOnProbation ? verdictOf(evaluation) : null;
  return composeStatus({
    vili: {
      version: services.viliVersion,
      pid: process.pid,
      base: settings.base,
      identifier: settings.identifier,
      uptimeMs: Math.round(now() - services.startedAtMs),
      port,
      scheme: settings.tls.cert === '' ? 'http' : 'https',
      servletTls: trustWord(settings),
    },
    stopping: services.stopping.aborted,
    deployment,
    servlets,
    verdict: isOnProbation ? null : verdictOf(evaluation),
    outage,
    probation: probation && {
      ...probation,
      evidence,
      users: usersEvidence(users, probation.version),
    },
    steps: steps && { ...steps, evidence: usersEvidence(users, steps.version) },
    fleet: fleet && fleetStatus(services, fleet),
    users: usersView(services, counts.proxy),
    preview: settings.preview.token === '' ? null : counts.proxy.preview,
    traffic: trafficOf(counts),
    archive,
    disk,
  });
}

export function trafficOf({ proxy, mirror }: TrafficCounts): TrafficView {
  const { received, skipped } = proxy;
  const { mirrored, dropped, failed, inFlight } = mirror;
  return { received, mirrored, skipped, dropped, failed, inFlight };
}

export function verdictOf(view: EvaluationView | null): VerdictView | null {
  if (view === null) return null;
  const { release, report, signals, declared } = view;
  const { pairs, elapsedMs, progress, reasons, missing, decision, estimate } = report;
  const verdict = { decision, pairs, elapsedMs, progress, reasons, missing, signals };
  return {
    version: release.name,
    ...verdict,
    ...(estimate !== null && { estimate }),
    ...(declared.length > 0 && { declared }),
  };
}

// Private

async function surroundingsOf(services: Services): Promise<Surroundings> {
  const { layout, proxy } = services;
  const [{ port }, archives, disk, fleet] = await Promise.all([
    proxy.listen(),
    listArchives(layout.archiveFolder, layout.identifier),
    diskView(services),
    fleetAsked(services),
  ]);
  const bytes = archives.reduce((sum, archive) => sum + archive.bytes, 0);
  return { port, archive: { count: archives.length, bytes }, disk, fleet };
}

/** What users got of a version so far; null where nobody can say. */
function usersEvidence(report: UserReport | null, version: string): UsersEvidence | null {
  if (report?.version !== version) return null;
  const { responses, requestShare, controlResponses, odds, oddsNeeded, reasons, rows } = report;
  return { responses, requestShare, controlResponses, odds, oddsNeeded, reasons, rows };
}

async function fleetAsked(services: Services): Promise<FleetAsked | null> {
  try {
    const report = await askFleet(services);
    return report && { report, problem: null };
  } catch (error) {
    return { report: null, problem: messageOf(error) };
  }
}

function fleetStatus({ settings }: Services, { report, problem }: FleetAsked): FleetStatus {
  const { fleet: name, host } = fleetNames(settings);
  return {
    name,
    host,
    leader: report?.leader?.host ?? null,
    problem: problem ?? report?.engine.problem ?? null,
    waits: report?.waits ?? null,
  };
}

async function diskView({ live, disk, writes }: Services): Promise<DiskView> {
  const space = await disk.space();
  return {
    freeShare: space?.freeShare ?? null,
    minFree: live.settings.disk.minFree,
    baseBytes: disk.baseSize?.bytes ?? null,
    failing: writes.failing().map(({ sinceMs, ...it }) => {
      return { ...it, since: new Date(sinceMs).toISOString() };
    }),
  };
}

/** What users got in place of running's responses, in words. */
function usersView({ registry }: Services, { failed, failures }: ProxyCounts): UsersView {
  const views = failures.map((failure): UserFailureView => {
    const { instance, cause, outcome, count, sinceMs, lastMs, requestId } = failure;
    const pid = registry.get(instance)?.process.pid ?? null;
    const [since, last] = [new Date(sinceMs).toISOString(), new Date(lastMs).toISOString()];
    const text = userFailureText(failure, pid);
    return { instance, cause, outcome, count, since, last, requestId, text };
  });
  return { failed, failures: views.toReversed() };
}
