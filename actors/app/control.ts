import { identify } from '../../lib/base/arrival/fingerprint.ts';
import { listServerFiles } from '../../lib/base/arrival/scan.ts';
import { versionMeant } from '../../lib/base/names/version-meant.ts';
import type { ActReply } from '../../lib/deployment/acts.ts';
import { ConflictError } from '../../lib/errors.ts';
import type { Release } from '../../lib/model/release.ts';
import { matchesTrace, type TraceFilter, type TraceRecord } from '../../lib/model/trace-record.ts';
import type {
  ActKind,
  ActRequest,
  ActResult,
  ControlHandlers,
  ReloadResult,
} from '../../lib/operator/api/handlers.ts';
import { nestTree } from '../../lib/operator/views/nest-tree.ts';
import { versionNamed } from '../../lib/operator/views/version-named.ts';
import type { DeployerMessage, ReloaderMessage, ReloadReply } from '../messages.ts';
import { askSeries, Scrapes } from '../metrics/scrape.ts';
import { destinationOf } from './acts/destination.ts';
import { checkFleetRetest } from './acts/fleet-retest.ts';
import { wishOfFleet } from './acts/fleet-wish.ts';
import { stepsOf } from './acts/steps-of.ts';
import { Ignoring } from './edit/ignore.ts';
import { Replays } from './edit/replays.ts';
import { courseOf, knownVersions, replayPlan, reportOf, samplesOf } from './evidence-views.ts';
import { LogViews } from './logs/log-views.ts';
import { askEvaluation, askFleet } from './questions.ts';
import type { Services } from './services.ts';
import { askAll, statusOf, verdictOf } from './status/status.ts';
import { versionsOf } from './status/versions.ts';
import { Captures } from './trace/captures.ts';
import type { Upgrades } from './upgrade/upgrades.ts';

/** The deployer saves an act to disk before it replies. */
const ACT_TIMEOUT_MS = 10_000;

/** Who responds to the control API: the actors concerned. */
export function controlHandlers(services: Services, upgrades: Upgrades): ControlHandlers {
  const { system, history, feed } = services;
  const logs = new LogViews(services);
  const onNotice = (text: string): void => services.journal.notice(text, {});
  const captures = new Captures({ system, onNotice });
  const scrapes = new Scrapes(services);
  const replays = new Replays(services);
  const ignoring = new Ignoring(services, {
    reload: (by) => reload(services, by),
    begin: async (by, rule, reason) =>
      (await act(services, 'ignore', { by, path: rule, reason })).effect,
  });
  const handlers: ControlHandlers = {
    status: async () => statusOf(services, await askAll(services)),
    metrics: () => scrapes.text(),
    series: (window, sinceMs) => askSeries(services, window, sinceMs),
    verdict: async () => verdictOf(await askEvaluation(services)),
    report: (version) => reportOf(services, version),
    course: (version) => courseOf(services, version),
    samples: (version) => samplesOf(services, version),
    replay: (version) => replayPlan(services, version),
    versions: (limit) => versionsOf(services, limit),
    replayed: (request) => replays.run(request),
    ignore: (request) => ignoring.ignore(request),
    history: (limit) => history.read(limit),
    trace: (filter) => trace(services, filter),
    followTrace: (listener) => system.trace.follow(listener),
    slowLog: () => Promise.resolve(system.slowLog()),
    capture: (wanted) => captures.begin(wanted),
    tree: () => Promise.resolve(nestTree(system.tree(), '/vili')),
    events: (listener) => feed.listen(listener),
    logs: (of, wanted) => logs.last(of, wanted),
    followLogs: (of, wanted) => logs.follow(of, wanted),
    fleet: () => askFleet(services),
    askFleet: (request) => wishOfFleet(services, request),
    act: (kind, request) => act(services, kind, request),
    reload: (by) => reload(services, by),
    upgrade: (by) => upgrades.begin(by),
    upgraded: () => Promise.resolve(upgrades.view()),
  };
  if (services.environment['VILI_DEBUG'] !== '1') return handlers;
  return { ...handlers, crash: (path) => crash(services, path) };
}

// Private

async function act(services: Services, kind: ActKind, request: ActRequest): Promise<ActResult> {
  const { by, reason = '', path: accepted, dryRun: isDryRun = false } = request;
  const { role = 'running', leaves = null } = request;
  const steps = stepsOf(services, request.steps);
  if (services.stopping.aborted) throw new ConflictError('Vili is stopping already');
  const destination = kind === 'rollback' ? await destinationOf(services, request.version) : null;
  const version =
    destination?.name ??
    (request.version === undefined ? null : await nameOf(services, request.version));
  const release = kind === 'retest' && version !== null ? await inBase(services, version) : null;
  if (kind === 'retest') await checkFleetRetest(services, version, release);
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
        leaves,
        role,
        steps,
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
  const note =
    kind !== 'accept' || accepted === undefined ? '' : await acceptNote(services, accepted);
  const effect = `${reply.text}${note}`;
  return { version: reply.version, effect, ...(reply.steps && { steps: reply.steps }) };
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
