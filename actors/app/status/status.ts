import { hostname } from 'node:os';
import { messageOf } from '../../../lib/errors.ts';
import { listArchives } from '../../../lib/archive/retention.ts';
import type { EvaluationView } from '../../../lib/evaluation/report/views.ts';
import { composeStatus } from '../../../lib/operator/views/compose-status.ts';
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

/** What the actors replied. */
export interface Asked {
  readonly described: DeploymentView;
  readonly counts: TrafficCounts;
  readonly evaluation: EvaluationView | null;
}

/** Asks all actors that a status is made of, at once. Throws AskTimeout when one does not reply. */
export async function askAll(services: Services): Promise<Asked> {
  const [described, counts, evaluation] = await Promise.all([
    askDeployment(services),
    askTraffic(services),
    askEvaluation(services),
  ]);
  return { described, counts, evaluation };
}

/** What `vili status` shows, and the metrics. */
export async function statusOf(services: Services, asked: Asked): Promise<StatusView> {
  const { settings, layout, proxy, now } = services;
  const { counts, evaluation } = asked;
  const { deployment, servlets, outage, probation, steps } = asked.described;
  const isOnProbation = evaluation !== null && evaluation.against !== null;
  const evidence = isOnProbation ? verdictOf(evaluation) : null;
  const archives = await listArchives(layout.archiveFolder, layout.identifier);
  return composeStatus({
    vili: {
      version: services.viliVersion,
      pid: process.pid,
      base: settings.base,
      identifier: settings.identifier,
      uptimeMs: Math.round(now() - services.startedAtMs),
      port: (await proxy.listen()).port,
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
      users: await usersEvidence(services, probation.version),
    },
    steps: steps && { ...steps, evidence: await usersEvidence(services, steps.version) },
    fleet: await fleetStatus(services),
    users: usersView(services, counts.proxy),
    preview: settings.preview.token === '' ? null : counts.proxy.preview,
    traffic: trafficOf(counts),
    archive: {
      count: archives.length,
      bytes: archives.reduce((sum, archive) => sum + archive.bytes, 0),
    },
    disk: await diskView(services),
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

/** What users got of a version so far; null where nobody can say. */
async function usersEvidence(services: Services, version: string): Promise<UsersEvidence | null> {
  const report = await askUsers(services).catch(() => null);
  if (report?.version !== version) return null;
  const { responses, requestShare, controlResponses, odds, oddsNeeded, reasons, rows } = report;
  return { responses, requestShare, controlResponses, odds, oddsNeeded, reasons, rows };
}

/** Also when the actor does not reply: a status is needed then all the more. */
async function fleetStatus(services: Services): Promise<NonNullable<StatusView['fleet']> | null> {
  const { fleet, identifier } = services.settings;
  if (fleet.endpoints.length === 0) return null;
  const named = { name: fleet.name || identifier, host: fleet.host || hostname() };
  try {
    const report = await askFleet(services);
    const { waits = null, leader = null, engine } = report ?? {};
    return { ...named, leader: leader?.host ?? null, problem: engine?.problem ?? null, waits };
  } catch (error) {
    return { ...named, leader: null, problem: messageOf(error), waits: null };
  }
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
