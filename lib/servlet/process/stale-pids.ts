import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readRegularSync } from '../../base/state/regular-file.ts';
import { attempt } from '../../errors.ts';
import { identityOf, type ProcessIdentity, readLivingStat, readStat } from './identity.ts';

const INSTANCE_FOLDER = /_(running|test)$/;
/** A base has a few versions with a few instances; a folder with more is not a base. */
const MAX_ENTRIES = 10_000;
const MAX_PID_BYTES = 32;
/** Name prefix of programs whose live children must be left alone. */
const OTHER_VILI = 'vili';

/** A pid file without a pid record, as the Go program leaves them. */
export interface StalePid {
  readonly file: string;
  readonly pid: number;
  /** Null when the pid must not be touched; `reason` says why. */
  readonly identity: ProcessIdentity | null;
  readonly reason: string;
}

/**
 * Reads BASE/VERSION/INSTANCE/pid of every instance. A pid is trusted only when that process was
 * started as `-jar` with a file of that very instance folder, and only when its parent is not another
 * Vili program that is still alive. Pids of dead processes are not reported.
 */
export function findStalePids(base: string): readonly StalePid[] {
  const found: StalePid[] = [];
  for (const version of foldersIn(base)) {
    for (const instance of foldersIn(join(base, version))) {
      if (!INSTANCE_FOLDER.test(instance)) continue;
      const stale = checkPid(base, join(version, instance));
      if (stale !== null) found.push(stale);
    }
  }
  return found;
}

// Private

function checkPid(base: string, instance: string): StalePid | null {
  const file = join(base, instance, 'pid');
  const pid = readPid(file);
  const stat = pid === null ? null : readLivingStat(pid);
  if (pid === null || stat === null || pid === process.pid) return null;
  const identity = identityOf(pid);
  const untouchable = (reason: string): StalePid => ({ file, pid, identity: null, reason });
  if (identity === null) return null;
  const realBase = attempt(() => realpathSync(base), base);
  if (!startedFrom(pid, [join(base, instance), join(realBase, instance)])) {
    return untouchable(`pid ${pid} is now ${stat.command}, which was not started from ${instance}`);
  }
  const parent = readStat(stat.parentPid);
  if (parent?.command.startsWith(OTHER_VILI) && parent.pid !== process.pid) {
    return untouchable(`pid ${pid} belongs to another vili that still runs (pid ${parent.pid})`);
  }
  return { file, pid, identity, reason: `started from ${instance} by an earlier program` };
}

function startedFrom(pid: number, folders: readonly string[]): boolean {
  const parameters = textOf(`/proc/${pid}/cmdline`).split('\0');
  const jar = parameters[parameters.indexOf('-jar') + 1];
  if (jar === undefined || !parameters.includes('-jar')) return false;
  return folders.some((folder) => {
    const name = jar.startsWith(`${folder}/`) ? jar.slice(folder.length + 1) : '';
    return name.endsWith('.jar') && !name.includes('/');
  });
}

function readPid(file: string): number | null {
  const text = attempt(() => readRegularSync(file, MAX_PID_BYTES).toString(), '').trim();
  return /^[1-9]\d{0,9}$/.test(text) && text !== '1' ? Number(text) : null;
}

function textOf(file: string): string {
  return attempt(() => readFileSync(file, 'utf8'), '');
}

/** Real folders only: links to version folders would make every instance appear twice. */
function foldersIn(folder: string): readonly string[] {
  return attempt(() => readdirSync(folder, { withFileTypes: true }), [])
    .slice(0, MAX_ENTRIES)
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}
