import { listArchives } from '../../../lib/archive/retention.ts';
import { namesOrNone } from '../../../lib/base/names/paths.ts';
import { parseVersionName } from '../../../lib/base/names/server-file.ts';
import { isOwnFolder } from '../../../lib/base/state/regular-file.ts';
import type { VersionsView } from '../../../lib/operator/views/versions-view.ts';
import { versionsView } from '../../../lib/operator/views/versions-view.ts';
import { askDeployment } from '../questions.ts';
import type { Services } from '../services.ts';

/** Entries of the history that are read; `history.max_entries` are kept. */
const HISTORY_READ = 10_000;

/** Everything that ever came, as far as the history reaches back, and what became of it. */
export async function versionsOf(services: Services, limit: number): Promise<VersionsView> {
  const { layout, history, settings } = services;
  const { deployment } = await askDeployment(services);
  const { running, testing, incoming, previous } = deployment;
  const roles = {
    running: running?.release.name ?? null,
    testing: testing?.release.name ?? null,
    waiting: incoming?.release.name ?? null,
    previous: previous?.release.name ?? null,
  };
  const { identifier } = settings;
  const archives = await listArchives(layout.archiveFolder, identifier);
  const names = (await namesOrNone(layout.base)).filter(
    (name) => parseVersionName(identifier, name) !== undefined,
  );
  const areFolders = await Promise.all(
    names.map((name) => isOwnFolder(layout.versionFolder(name))),
  );
  const files = {
    folders: new Set(names.filter((_, index) => areFolders[index])),
    archives: new Set(archives.map(({ name }) => name)),
  };
  return versionsView(await history.read(HISTORY_READ), roles, files, limit);
}
