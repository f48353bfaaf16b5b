import { basename, join } from 'node:path';
import { instanceNumber } from '../../../lib/base/names/layout.ts';
import { exists, namesOrNone } from '../../../lib/base/names/paths.ts';
import { ConflictError } from '../../../lib/errors.ts';
import { logPaths } from '../../../lib/logs/follow/protocol.ts';
import type { LogFile } from '../../../lib/logs/show/last-lines.ts';
import { ROLE_WORDS, type Role } from '../../../lib/model/role.ts';
import type { LogOwner, LogSourceView } from '../../../lib/operator/views/log-view.ts';
import { askDeployment } from '../questions.ts';
import type { Services } from '../services.ts';

/** Where a log is now, and the files to read. */
export interface Located {
  readonly source: LogSourceView;
  readonly files: readonly LogFile[];
}

/** Where the log of this owner is now. Throws ConflictError when there is none. */
export async function locateLog(services: Services, of: LogOwner): Promise<Located> {
  if (of === 'vili') return ownLog(services);
  const { deployment, servlets } = await askDeployment(services);
  const version = deployment[of]?.release.name;
  if (version === undefined) {
    throw new ConflictError(
      of === 'running' ? 'no version is running' : 'no version is under test',
    );
  }
  const facts = servlets.find((it) => it.version === version && it.role === of);
  const folder = services.layout.versionFolder(version);
  // While it waits to be started again, its last process is what matters.
  const instance = facts?.instance ?? (await newestInstance(folder, of));
  if (instance === null) throw new ConflictError(`${version} (${of}) was not started yet`);
  const paths = await serviceLogs(services, join(folder, instance));
  return located({ of, version, instance }, paths);
}

// Private

function ownLog({ settings }: Services): Located {
  const { logDir } = settings;
  if (logDir === '') {
    const text = 'Vili writes its log to its standard output, since log_dir is not set: look there';
    throw new ConflictError(`${text} (journalctl, docker logs)`);
  }
  const paths = [join(logDir, 'json', 'vili.log')];
  return located({ of: 'vili', version: null, instance: null }, paths);
}

/** The log file of the service where there is one, else what it writes to its standard streams, JSON or not. */
async function serviceLogs({ settings }: Services, folder: string): Promise<readonly string[]> {
  const { identifier, logs } = settings;
  const { path, otherPaths = [] } = logPaths(
    {
      jsonLog: join(folder, 'logs', 'json', `${identifier}.log`),
      stdOut: join(folder, 'stdOut'),
      stdErr: join(folder, 'stdErr'),
    },
    logs.source,
  );
  return otherPaths.length === 0 || (await exists(path)) ? [path] : otherPaths;
}

async function newestInstance(folder: string, role: Role): Promise<string | null> {
  const names = (await namesOrNone(folder)).filter(
    (name) => instanceNumber(name) !== undefined && name.endsWith(`_${ROLE_WORDS[role]}`),
  );
  names.sort((a, b) => (instanceNumber(a) ?? 0) - (instanceNumber(b) ?? 0));
  return names.at(-1) ?? null;
}

function located(source: Omit<LogSourceView, 'files'>, paths: readonly string[]): Located {
  const files = paths.map((path) => ({ path, name: basename(path) }));
  return { source: { ...source, files: paths }, files };
}
