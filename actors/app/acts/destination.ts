import { listArchives } from '../../../lib/archive/retention.ts';
import { whyNoArchive } from '../../../lib/archive/restore-archived.ts';
import { parseVersionName } from '../../../lib/base/names/server-file.ts';
import { compareVersions } from '../../../lib/base/names/version-order.ts';
import type { Destination } from '../../../lib/deployment/hand/plan-rollback.ts';
import type { HistoryEntry } from '../../../lib/model/history.ts';
import { knownVersions } from '../evidence-views.ts';
import { versionNamed } from '../../../lib/operator/views/version-named.ts';
import { askDeployment } from '../questions.ts';
import { HISTORY_READ } from '../records.ts';
import type { Services } from '../services.ts';

/** Events after which a version had users. */
const SERVED: ReadonlySet<HistoryEntry['event']> = new Set(['started', 'promoted', 'restarted']);
const TAKEN_BACK: ReadonlySet<HistoryEntry['event']> = new Set(['rejected', 'rolled-back']);

/**
 * Where a rollback leads: to the version that is meant, else to the one that served last. Null when none is known.
 * Throws BadRequestError for what no version is called.
 */
export async function destinationOf(
  services: Services,
  given: string | undefined,
): Promise<Destination | null> {
  const { layout, settings } = services;
  const { identifier } = settings;
  const archives = (await listArchives(layout.archiveFolder, identifier)).map(({ name }) => name);
  const name =
    given === undefined
      ? await servedBefore(services, archives)
      : versionNamed(identifier, given, [...archives, ...(await knownVersions(services))]);
  if (name === null) return null;
  const { version = name } = parseVersionName(identifier, name) ?? {};
  const problem = await whyNoArchive(layout, name);
  const others = archives.length === 0 ? 'nothing is archived' : `archived: ${archives.join(', ')}`;
  return { name, version, problem: problem === null ? null : `${problem}; ${others}` };
}

// Private

/** The version that a share of the users has left; else previous, else the newest archived version older than running that served and was not taken back. */
async function servedBefore(
  services: Services,
  archives: readonly string[],
): Promise<string | null> {
  const { deployment, steps } = await askDeployment(services);
  if (steps !== null) return steps.running;
  const { running, previous, archiving } = deployment;
  if (previous !== null) return previous.release.name;
  if (running === null) return null;
  const history = await services.history.read(HISTORY_READ);
  const versionOf = (name: string): string =>
    parseVersionName(services.settings.identifier, name)?.version ?? name;
  const last = (name: string): HistoryEntry | undefined =>
    history.findLast(
      (it) => it.version === name && (SERVED.has(it.event) || TAKEN_BACK.has(it.event)),
    );
  const candidates = [...new Set([...archives, ...archiving])].filter((name) => {
    const event = last(name)?.event;
    const isOlder = compareVersions(versionOf(name), running.release.version) < 0;
    return isOlder && event !== undefined && SERVED.has(event);
  });
  candidates.sort((a, b) => compareVersions(versionOf(a), versionOf(b)));
  return candidates.at(-1) ?? null;
}
