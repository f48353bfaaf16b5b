import { setTimeout as sleep } from 'node:timers/promises';
import {
  isAlive,
  type ProcessIdentity,
  readStat,
  type ScannedProcess,
  scanProcesses,
  signalGroup,
  signalProcess,
} from './identity.ts';

/** Between two looks at who is left; a killed process needs some ms to vanish. */
const ROUND_PAUSE_MS = 20;

/** What holds the processes of a servlet, or of several, together. */
export interface ProcessTree {
  /** Leaders of their sessions; none when only the tag is known. */
  readonly leaders: readonly ProcessIdentity[];
  /** True for the tags that are this family's. */
  readonly owns: (tag: string) => boolean;
  /**
   * True when this Vili has itself just seen the leader die. Its session is then still trusted;
   * later the pid may be a stranger's, and only the tag counts.
   */
  readonly leaderJustDied?: boolean;
}

/** Every living process of the family: the leaders, their sessions and everyone with its tag. */
export async function findProcessTree(tree: ProcessTree): Promise<readonly ScannedProcess[]> {
  const sessions = trustedSessions(tree);
  const startTimes = new Map(tree.leaders.map(({ pid, startTime }) => [pid, startTime]));
  return scanProcesses(
    ({ identity, stat, tag }) =>
      sessions.has(stat.session) ||
      // A leader that was not started by us may have no session of its own.
      startTimes.get(identity.pid) === identity.startTime ||
      (tag !== null && tree.owns(tag)),
  );
}

/**
 * Kills the family with SIGKILL, again and again until nobody is left, for at most `timeoutMs`.
 * Resolves to the survivors: none, or processes the kernel cannot end now (uninterruptible disk
 * wait) or that belong to another user.
 */
export async function killProcessTree(
  tree: ProcessTree,
  timeoutMs: number,
): Promise<readonly ProcessIdentity[]> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    for (const leader of tree.leaders) signalGroup(leader, 'SIGKILL');
    const members = (await findProcessTree(tree)).map((found) => found.identity);
    for (const member of members) signalProcess(member, 'SIGKILL');
    if (members.length === 0 || performance.now() >= deadline) return members;
    await sleep(ROUND_PAUSE_MS);
  }
}

/**
 * `killProcessTree` for one servlet, whose leader is null when it was gone before it could be identified. Where /proc cannot
 * be read (no descriptor left) it resolves to what is certain: whether the leader lives.
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

function trustedSessions({ leaders, leaderJustDied = false }: ProcessTree): ReadonlySet<number> {
  const trusted = leaders.filter((leader) => {
    const now = readStat(leader.pid);
    return now === null ? leaderJustDied : now.startTime === leader.startTime;
  });
  return new Set(trusted.map((leader) => leader.pid));
}
