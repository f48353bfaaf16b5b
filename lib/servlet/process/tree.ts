import { setTimeout as sleep } from 'node:timers/promises';
import {
  isAlive,
  lastPidGiven,
  listPids,
  type ProcessIdentity,
  readStat,
  type ScannedProcess,
  scanProcess,
  scanProcesses,
  signalGroup,
  signalGroupOf,
  signalProcess,
} from './identity.ts';

/** Pause between two scans for remaining processes; a killed process needs some ms to vanish. */
const ROUND_PAUSE_MS = 20;
/** Looks in a row that must find no process too short-lived for a scan, looks at most, and the pause between two. */
const QUIET_LOOKS = 15;
const LOOKS_MAX = 100;
const LOOK_PAUSE_MS = 2;

/** How the processes of one servlet, or of several, are recognized. */
export interface ProcessTree {
  /** Session leaders; none when only the tag is known. */
  readonly leaders: readonly ProcessIdentity[];
  /** True for the tags that belong to this tree. */
  readonly owns: (tag: string) => boolean;
  /**
   * True when this Vili itself has just seen the leader die. Its session is then still trusted;
   * later the pid may belong to another process, and only the tag counts.
   */
  readonly leaderJustDied?: boolean;
}

/** Every living process of the tree: the leaders, their sessions and all processes with its tag. */
export async function findProcessTree(tree: ProcessTree): Promise<readonly ScannedProcess[]> {
  const sessions = trustedSessions(tree);
  const startTimes = new Map(tree.leaders.map(({ pid, startTime }) => [pid, startTime]));
  return scanProcesses(
    ({ identity, stat, tag }) =>
      sessions.has(stat.session) ||
      // A leader that Vili did not start may have no session of its own.
      startTimes.get(identity.pid) === identity.startTime ||
      (tag !== null && tree.owns(tag)),
  );
}

/**
 * Sends SIGKILL to the tree repeatedly until no process is left, for at most `timeoutMs`.
 * Resolves to the survivors: none, or processes that the kernel cannot end now (uninterruptible disk
 * wait) or that belong to another user.
 */
export async function killProcessTree(
  tree: ProcessTree,
  timeoutMs: number,
): Promise<readonly ProcessIdentity[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    for (const leader of tree.leaders) signalGroup(leader, 'SIGKILL');
    const known = listPids();
    const found = await findProcessTree(tree);
    for (const member of found) kill(tree, member);
    const isGone = found.length === 0 && !(await killNewcomers(tree, known));
    if (isGone || performance.now() >= deadline) return found.map(({ identity }) => identity);
    await sleep(ROUND_PAUSE_MS);
  }
}

/**
 * `killProcessTree` for one servlet; `leader` is null when it was gone before it could be identified. Where /proc
 * cannot be read (no descriptor left), the result is what is certain: the leader, if it is alive.
 */
export async function killServletTree(
  leader: ProcessIdentity | null,
  tag: string,
  leaderJustDied: boolean,
  timeoutMs: number,
): Promise<readonly ProcessIdentity[]> {
  const leaders = leader === null ? [] : [leader];
  const owns = (found: string): boolean => found === tag;
  try {
    return await killProcessTree({ leaders, owns, leaderJustDied }, timeoutMs);
  } catch {
    return leaders.filter((identity) => isAlive(identity));
  }
}

/** Resolves to those still alive after `timeoutMs`, at once when all are gone. */
export async function awaitGone(
  processes: readonly ProcessIdentity[],
  timeoutMs: number,
): Promise<readonly ProcessIdentity[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const left = processes.filter((identity) => isAlive(identity));
    if (left.length === 0 || performance.now() >= deadline) return left;
    await sleep(ROUND_PAUSE_MS);
  }
}

// Private

/** With its group where the tag proves that the servlet made it: a process may have left others in its place. */
function kill(tree: ProcessTree, { identity, stat, tag }: ScannedProcess): void {
  signalProcess(identity, 'SIGKILL');
  if (tag !== null && tree.owns(tag)) signalGroupOf(stat, 'SIGKILL');
}

/**
 * Looks for processes of the tree that have come since the pids were listed, and kills them: a chain of processes, each
 * of which starts the next one and ends, is not seen by a scan, which takes longer than any of them lives. As long as
 * processes come that are gone before they can be told, one of them may have been the chain's.
 */
async function killNewcomers(tree: ProcessTree, pids: readonly number[]): Promise<boolean> {
  let known = new Set(pids);
  let lastPid = lastPidGiven();
  for (let look = 0, quiet = 0; look < LOOKS_MAX && quiet < QUIET_LOOKS; look++) {
    const [before, now] = [lastPid, listPids()];
    lastPid = lastPidGiven();
    let told = 0;
    // The newest first, while it lives.
    for (const pid of now.filter((it) => !known.has(it)).toReversed()) {
      const process = await scanProcess(pid);
      if (process !== null) told++;
      if (process === null || process.tag === null || !tree.owns(process.tag)) continue;
      kill(tree, process);
      return true;
    }
    quiet = lastPid - before <= told ? quiet + 1 : 0;
    known = new Set(now);
    await sleep(LOOK_PAUSE_MS);
  }
  return false;
}

function trustedSessions({ leaders, leaderJustDied = false }: ProcessTree): ReadonlySet<number> {
  const trusted = leaders.filter((leader) => {
    const now = readStat(leader.pid);
    return now === null ? leaderJustDied : now.startTime === leader.startTime;
  });
  return new Set(trusted.map((leader) => leader.pid));
}
