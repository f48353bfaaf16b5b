import { listArchives } from '../../lib/archive/retention.ts';
import { identify } from '../../lib/base/arrival/fingerprint.ts';
import { listServerFiles } from '../../lib/base/arrival/scan.ts';
import { versionMeant } from '../../lib/base/names/version-meant.ts';
import type { ActReply } from '../../lib/deployment/acts.ts';
import { ConflictError } from '../../lib/errors.ts';
import type { EvaluationView } from '../../lib/evaluation/test.ts';
import type { Release } from '../../lib/model/release.ts';
import { matchesTrace, type TraceFilter, type TraceRecord } from '../../lib/model/trace-record.ts';
import type {
  ActKind,
  ActRequest,
  ActResult,
  ControlHandlers,
  ReloadResult,
} from '../../lib/operator/api/handlers.ts';
import { composeStatus } from '../../lib/operator/views/compose-status.ts';
import { nestTree } from '../../lib/operator/views/nest-tree.ts';
import type {
  DiskView,
  StatusView,
  UserFailureView,
  UsersView,
  VerdictView,
} from '../../lib/operator/views/status-view.ts';
import { versionNamed } from '../../lib/operator/views/version-named.ts';
import type { ProxyCounts } from '../../lib/proxy/counts.ts';
import { userFailureText } from '../../lib/text/user-failure.ts';
import type { DeployerMessage, ReloaderMessage, ReloadReply } from '../messages.ts';
import { destinationOf } from './acts/destination.ts';
import { knownVersions, replayPlan, reportOf, samplesOf } from './evidence-views.ts';
import { LogViews } from './logs/log-views.ts';
import { askDeployment, askEvaluation, askTraffic } from './questions.ts';
import { Captures } from './trace/captures.ts';
import type { Services } from './services.ts';
import type { Upgrades } from './upgrade/upgrades.ts';

/** The deployer saves an act to disk before it replies. */
const ACT_TIMEOUT_MS = 10_000;

/** Who responds to the control API: the actors concerned. */
export function controlHandlers(services: Services, upgrades: Upgrades): ControlHandlers {
  const { system, history, feed } = services;
  const logs = new LogViews(services);
  const onNotice = (text: string): void => services.journal.notice(text, {});
  const captures = new Captures({ system, onNotice });
  const handlers: ControlHandlers = {
    status: () => status(services),
    verdict: async () => verdictOf(await askEvaluation(services)),
    report: (version) => reportOf(services, version),
    samples: (version) => samplesOf(services, version),
    replay: (version) => replayPlan(services, version),
    history: (limit) => history.read(limit),
    trace: (filter) => trace(services, filter),
    followTrace: (listener) => system.trace.follow(listener),
    slowLog: () => Promise.resolve(system.slowLog()),
    capture: (wanted) => captures.begin(wanted),
    tree: () => Promise.resolve(nestTree(system.tree(), '/vili')),
    events: (listener) => feed.listen(listener),
    logs: (of, wanted) => logs.last(of, wanted),
    followLogs: (of, wanted) => logs.follow(of, wanted),
    act: (kind, request) => act(services, kind, request),
    reload: (by) => reload(services, by),
    upgrade: (by) => upgrades.begin(by),
    upgraded: () => Promise.resolve(upgrades.view()),
  };
  if (services.environment['VILI_DEBUG'] !== '1') return handlers;
  return { ...handlers, crash: (path) => crash(services, path) };
}

// Private

async function status(services: Services): Promise<StatusView> {
  const { settings, layout, proxy, now } = services;
  const { deployment, servlets, outage, probation } = await askDeployment(services);
  const counts = await askTraffic(services);
  const evaluation = await askEvaluation(services);
  const isOnProbation = evaluation !== null && evaluation.against !== null;
  const evidence = isOnProbation ? verdictOf(evaluation) : null;
  const { received, skipped } = counts.proxy;
  const { mirrored, dropped, failed, inFlight } = counts.mirror;
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
    },
    stopping: services.stopping.aborted,
    deployment,
    servlets,
    verdict: isOnProbation ? null : verdictOf(evaluation),
    outage,
    probation: probation && { ...probation, evidence },
    users: usersView(services, counts.proxy),
    traffic: { received, mirrored, skipped, dropped, failed, inFlight },
    archive: {
      count: archives.length,
      bytes: archives.reduce((sum, archive) => sum + archive.bytes, 0),
    },
    disk: await diskView(services),
  });
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

function verdictOf(view: EvaluationView | null): VerdictView | null {
  if (view === null) return null;
  const { release, report, signals } = view;
  const { pairs, elapsedMs, progress, reasons, missing, decision } = report;
  return { version: release.name, decision, pairs, elapsedMs, progress, reasons, missing, signals };
}

async function act(services: Services, kind: ActKind, request: ActRequest): Promise<ActResult> {
  const { by, reason = '', path: accepted, dryRun: isDryRun = false, role = 'running' } = request;
  if (services.stopping.aborted) throw new ConflictError('Vili is stopping already');
  const destination = kind === 'rollback' ? await destinationOf(services, request.version) : null;
  const version =
    destination?.name ??
    (request.version === undefined ? null : await nameOf(services, request.version));
  const release = kind === 'retest' && version !== null ? await inBase(services, version) : null;
  const reply = await services.system.ask<DeployerMessage, ActReply>(
    services.addresses.deployer,
    (to) => ({
      type: 'act',
      act: {
        kind,
        version,
        by,
        reason,
        release,
        name: accepted ?? null,
        destination,
        role,
        isDryRun,
      },
      reply: to,
    }),
    ACT_TIMEOUT_MS,
  );
  if (!isDryRun) {
    services.journal.notice(`${by} asked for ${kind} ${version ?? ''}: ${reply.text}`, {});
  }
  if (!reply.done) throw new ConflictError(reply.text);
  // As a service manager does it: what follows is the same.
  if (kind === 'stop') process.kill(process.pid, 'SIGTERM');
  const note = accepted === undefined ? '' : await acceptNote(services, accepted);
  const { steps } = reply;
  return { version: reply.version, effect: `${reply.text}${note}`, ...(steps && { steps }) };
}

/** Throws `ReloadFailed` when the sources are wrong; then nothing has changed. */
async function reload({ system, addresses }: Services, by: string): Promise<ReloadResult> {
  const reply = await system.ask<ReloaderMessage, ReloadReply>(
    addresses.reloader,
    (to) => ({ type: 'reload', by, reply: to }),
    ACT_TIMEOUT_MS,
  );
  if ('failed' in reply) throw reply.failed;
  return { changes: reply.changes };
}

/** What is accepted need not hold the version back yet; a name that was mistyped never will. */
async function acceptNote(services: Services, name: string): Promise<string> {
  const view = await askEvaluation(services);
  const names = view?.report.reasons.flatMap(({ accept }) => accept ?? []) ?? [];
  if (names.includes(name)) return '';
  const others = names.length === 0 ? '' : `; what is held back now: ${names.join(', ')}`;
  return `, although nothing is held back under that name now${others}`;
}

/** The current server file of a version. */
async function inBase(services: Services, version: string): Promise<Release | null> {
  const { base, identifier } = services.settings;
  const files = await listServerFiles(base, identifier);
  const file = files.find(({ name }) => name === version);
  return file === undefined ? null : identify(services.layout.serverFile(file), file);
}

/** The full name of a version that exists or existed, or that could. */
async function nameOf(services: Services, given: string): Promise<string> {
  return versionNamed(services.settings.identifier, given, await knownVersions(services));
}

/** For specs and drills: one actor fails as if its handler had thrown. */
async function crash({ system }: Services, path: string): Promise<void> {
  if (system.crash(path)) return;
  throw new ConflictError(`there is no actor ${path}`);
}

/**
 * The records of one correlation id come from the trace log, all others from the ring. A version may be
 * called as everywhere else.
 */
async function trace(services: Services, filter: TraceFilter): Promise<readonly TraceRecord[]> {
  const { system, traceLog, settings } = services;
  const { correlation, limit = Number.POSITIVE_INFINITY } = filter;
  if (correlation === undefined) return system.trace.read(filter);
  const found = traceLog.read(correlation, Number.POSITIVE_INFINITY);
  const known = found.length > 0 ? [] : await knownVersions(services);
  const name = found.length > 0 ? null : versionMeant(settings.identifier, correlation, known);
  const id = name ?? correlation;
  return traceLog
    .read(id, Number.POSITIVE_INFINITY)
    .filter((record) => matchesTrace(record, { ...filter, correlation: id }))
    .sort((a, b) => a.atMs - b.atMs)
    .slice(-limit);
}
