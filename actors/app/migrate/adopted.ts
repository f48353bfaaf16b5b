import { basename } from 'node:path';
import type { Settings } from '../../../config/settings.ts';
import { listArchives } from '../../../lib/archive/retention.ts';
import { listVersionFolders, namesIn } from '../../../lib/base/arrival/scan.ts';
import { adoptBase } from '../../../lib/base/instance/adopt.ts';
import { instanceNumber, type Layout } from '../../../lib/base/names/layout.ts';
import { exists, namesOrNone } from '../../../lib/base/names/paths.ts';
import { parseServerFile } from '../../../lib/base/names/server-file.ts';
import { findStalePids } from '../../../lib/servlet/process/stale-pids.ts';
import { counted, someOf } from '../../../lib/text/numbers.ts';
import type { Migration } from './migration-item.ts';

/** Instance folders of the Go program carry a time: `2026-11-22_08.52.58_running`. */
const GO_INSTANCE = /^\d{4}-\d\d-\d\d_[\d.]+_(?:running|test)$/;
const MAX_NAMED = 5;

/** What a first start of Vili takes over from the Go program in this base. Only reads. */
export async function adoptedOf(layout: Layout, { identifier }: Settings): Promise<Migration[]> {
  const { base } = layout;
  if (await exists(layout.stateFile)) {
    const text =
      'Vili has run here already and goes on from .vili/state.json; the links are not asked';
    return [{ kind: 'adopts', what: 'state', text }];
  }
  const { running, testing, faults } = await adoptBase(layout);
  const adopts = (what: string, text: string): Migration => ({ kind: 'adopts', what, text });
  const folders = await listVersionFolders(base, identifier);
  const instances = (await Promise.all(folders.map(({ folder }) => namesOrNone(folder)))).flat();
  const dated = instances.filter((name) => GO_INSTANCE.test(name)).length;
  const numbered = instances.filter((name) => instanceNumber(name) !== undefined).length;
  const archives = await listArchives(layout.archiveFolder, identifier);
  const empty = archives.filter(({ bytes }) => bytes === 0).length;
  return [
    running === null
      ? adopts(
          'running',
          `no link ${identifier}-running leads to a version: the newest server file becomes running`,
        )
      : adopts(
          'running',
          `${running.name}, by the link ${identifier}-running; a fresh process of it is started`,
        ),
    testing === null
      ? adopts('testing', 'no version is under test')
      : adopts('testing', `${testing.name}, by the link ${identifier}-test; its test begins anew`),
    adopts(
      'versions',
      `${counted(folders.length, 'folder')} with ${counted(dated + numbered, 'instance')} ` +
        `(${dated} of the Go program's) stay as they are`,
    ),
    adopts(
      'archive',
      `${counted(archives.length, 'zip')}, ${empty} of them empty, stay as they are`,
    ),
    ...faults.map((fault) => adopts('as it is', fault)),
    ...processes(base),
    ...(await otherFiles(layout)),
  ];
}

// Private

/** What the Go program has started and nobody has ended. */
function processes(base: string): Migration[] {
  return findStalePids(base).map(({ pid, identity, reason }): Migration => {
    if (identity !== null) {
      return {
        kind: 'adopts',
        what: 'process',
        text: `pid ${pid} is ended at the first start: ${reason}`,
      };
    }
    return { kind: 'first', what: 'process', text: `${reason}; it is left alone` };
  });
}

/** Files that the Go program, which looked at the prefix only, took for versions. */
async function otherFiles({ base, identifier }: Layout): Promise<Migration[]> {
  const names = (await namesIn(base)).filter(
    (name) =>
      name.startsWith(`${identifier}-`) &&
      name.endsWith('.jar') &&
      parseServerFile(identifier, name) === undefined,
  );
  if (names.length === 0) return [];
  const shown = someOf(
    names.map((name) => basename(name)),
    MAX_NAMED,
  );
  const text = `${shown.join(', ')}: no version follows "${identifier}-", so no server file for Vili`;
  return [{ kind: 'differs', what: 'server files', text }];
}
