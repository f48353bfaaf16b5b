import {
  isAlive,
  type ProcessIdentity,
  readLivingStat,
  type ScannedProcess,
  signalProcess,
} from './identity.ts';
import { clearPidRecords, type PidRecordEntry, readPidRecords } from './pid-records.ts';
import { findStalePids, type StalePid } from './stale-pids.ts';
import { isTagOf } from './tag.ts';
import { awaitGone, findProcessTree, killProcessTree, type ProcessTree } from './tree.ts';

/** Leftovers serve nobody and were hung up long ago, so they get little time to end by themselves. */
const DEFAULT_GRACE_MS = 1000;
const KILL_TIMEOUT_MS = 2000;

export interface ReapOptions {
  readonly pidRecordFolder: string;
  /** Real path of the base. */
  readonly base: string;
  /** From SIGTERM to SIGKILL, ms; limited by the longest stop timeout of the records. */
  readonly graceMs?: number;
}

/** A process that was ended. */
export interface ReapedProcess {
  readonly pid: number;
  readonly command: string;
  /**
   * `recorded`: in the pid records; `tagged`: found by its tag; `pid-file`: left by an earlier program;
   * `session`: without a tag, but in the session of one of these.
   */
  readonly foundBy: 'recorded' | 'tagged' | 'pid-file' | 'session';
}

export interface UntouchedProcess {
  readonly pid: number;
  readonly reason: string;
}

export interface ReapReport {
  readonly reaped: readonly ReapedProcess[];
  /** Pids that were not touched, each with the reason in words. */
  readonly untouched: readonly UntouchedProcess[];
  /** Record files that could not be read; their processes are found by the tag. */
  readonly unreadable: readonly { readonly file: string; readonly reason: string }[];
  /** Still alive after SIGKILL; their records are kept. */
  readonly survivors: readonly ProcessIdentity[];
}

/**
 * Ends everything that an earlier Vili of this base left running. Call it with the lock held and
 * before any port is handed out. A pid whose start time or boot id differs from the record is never
 * signalled, nor is a process with the tag of another base.
 */
export async function reapLeftovers(options: ReapOptions): Promise<ReapReport> {
  const { entries, unreadable } = readPidRecords(options.pidRecordFolder);
  const recorded = checkRecords(entries, options.base);
  const stale = findStalePids(options.base);
  const tree: ProcessTree = {
    leaders: [...recorded.leaders, ...stale.flatMap(({ identity }) => identity ?? [])],
    owns: (tag) => isTagOf(options.base, tag),
  };
  const found = await findProcessTree(tree);
  const survivors = await end(tree, found, graceOf(entries, options));
  if (survivors.length === 0) clearPidRecords(options.pidRecordFolder);
  const reapedPids = new Set(found.map(({ identity }) => identity.pid));
  const notOurs = stale.filter(({ identity }) => identity === null);
  return {
    reaped: found.map((process) => reapedFrom(process, recorded.leaders, stale)),
    untouched: [...recorded.untouched, ...notOurs].filter(({ pid }) => !reapedPids.has(pid)),
    unreadable,
    survivors,
  };
}

// Private

interface CheckedRecords {
  readonly leaders: readonly ProcessIdentity[];
  readonly untouched: readonly UntouchedProcess[];
}

/** Separates the recorded pids that are still the same process from all others. */
function checkRecords(entries: readonly PidRecordEntry[], base: string): CheckedRecords {
  const leaders: ProcessIdentity[] = [];
  const untouched: UntouchedProcess[] = [];
  for (const { record, leader } of entries) {
    const stat = leader === null ? null : readLivingStat(leader.pid);
    if (leader === null || stat === null) continue;
    const { pid } = leader;
    if (!isAlive(leader)) {
      const reason = `pid ${pid} of ${record.id} now belongs to another process, ${stat.command}`;
      untouched.push({ pid, reason });
    } else if (!isTagOf(base, record.tag)) {
      // The folder is a copy: the process belongs to the original base, where a Vili may be running.
      const reason = `${record.id} (pid ${pid}) belongs to another base: ${record.tag}`;
      untouched.push({ pid, reason });
    } else leaders.push(leader);
  }
  return { leaders, untouched };
}

async function end(
  tree: ProcessTree,
  found: readonly ScannedProcess[],
  graceMs: number,
): Promise<readonly ProcessIdentity[]> {
  const processes = found.map(({ identity }) => identity);
  for (const identity of processes) {
    signalProcess(identity, 'SIGTERM');
    signalProcess(identity, 'SIGCONT');
  }
  await awaitGone(processes, graceMs);
  return killProcessTree(tree, KILL_TIMEOUT_MS);
}

function graceOf(entries: readonly PidRecordEntry[], { graceMs }: ReapOptions): number {
  const longest = Math.max(0, ...entries.map(({ record }) => record.stopTimeoutMs));
  const limitMs = graceMs ?? DEFAULT_GRACE_MS;
  return entries.length === 0 ? limitMs : Math.min(limitMs, longest);
}

function reapedFrom(
  { identity, stat, tag }: ScannedProcess,
  leaders: readonly ProcessIdentity[],
  stale: readonly StalePid[],
): ReapedProcess {
  const { pid } = identity;
  const found = (foundBy: ReapedProcess['foundBy']) => ({ pid, command: stat.command, foundBy });
  if (leaders.some((leader) => leader.pid === pid)) return found('recorded');
  if (stale.some((one) => one.pid === pid)) return found('pid-file');
  return found(tag === null ? 'session' : 'tagged');
}
