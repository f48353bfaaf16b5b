import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { attempt, codeOf } from '../../errors.ts';
import { TAG_VARIABLE } from './tag.ts';

/** How many processes a scan reads at once; more would exhaust the thread pool for file I/O. */
const SCAN_WIDTH = 8;
const BOOT_ID_FILE = '/proc/sys/kernel/random/boot_id';
/** The parent of all kernel threads, which have no environment. */
const KERNEL_THREAD_PARENT = 2;

/** How reading about a process fails that is no more. */
const GONE_CODES: ReadonlySet<string> = new Set(['ENOENT', 'ESRCH']);

/**
 * Identifies one process for ever: a pid is reused later, pid + start time + boot id is not.
 * `startTime` is field 22 of /proc/PID/stat, in clock ticks since boot, kept as text.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** The fields of /proc/PID/stat that matter here (proc(5)). */
export interface ProcessStat {
  readonly pid: number;
  readonly command: string;
  readonly state: string;
  readonly parentPid: number;
  readonly group: number;
  readonly session: number;
  readonly startTime: string;
}

/** A process found in a scan, with the servlet tag of its environment. */
export interface ScannedProcess {
  readonly identity: ProcessIdentity;
  readonly stat: ProcessStat;
  /** Null when there is no tag or the environment may not be read. */
  readonly tag: string | null;
}

/** Parses one line of /proc/PID/stat; the command may hold spaces, ')' and line feeds. */
export function parseStat(text: string): ProcessStat | null {
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 1 || close < open) return null;
  const fields = text
    .slice(close + 2)
    .trim()
    .split(' ');
  const pid = Number(text.slice(0, open));
  const [state, parent, group, session] = fields;
  const startTime = fields[19];
  if (!Number.isInteger(pid) || pid < 1 || state === undefined) return null;
  if (startTime === undefined || !/^\d+$/.test(startTime)) return null;
  const command = text.slice(open + 2, close);
  const [parentPid, ...groups] = [parent, group, session].map(Number) as [number, number, number];
  return { pid, command, state, parentPid, group: groups[0], session: groups[1], startTime };
}

/** The current stat of a process, or null when no process has this pid. */
export function readStat(pid: number): ProcessStat | null {
  return parseStat(attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'), ''));
}

/** The stat of a living process; null also for a zombie, which only waits for its parent. */
export function readLivingStat(pid: number): ProcessStat | null {
  const stat = readStat(pid);
  return stat === null || isDead(stat) ? null : stat;
}

/** An id that changes with every boot of the host: start times of another boot mean nothing. */
export function readBootId(): string {
  return readFileSync(BOOT_ID_FILE, 'latin1').trim();
}

/** The identity of the process that has this pid now, or null. */
export function identityOf(pid: number): ProcessIdentity | null {
  const stat = readStat(pid);
  return stat && { pid, startTime: stat.startTime, bootId: readBootId() };
}

/** True while that very process is alive; a zombie is dead. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid);
  if (stat === null || stat.startTime !== identity.startTime || isDead(stat)) return false;
  return readBootId() === identity.bootId;
}

/**
 * True once nothing of that very process runs any more, though its parent may not have been told. False where that cannot be
 * seen, as without a free file; and while other threads of a process go on whose first one has ended.
 */
export function hasEnded({ pid, startTime }: ProcessIdentity): boolean {
  try {
    const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    if (stat === null) return false;
    const isOther = stat.startTime !== startTime;
    return isOther || (isDead(stat) && readdirSync(`/proc/${pid}/task`).length <= 1);
  } catch (error) {
    return GONE_CODES.has(codeOf(error) ?? '');
  }
}

/**
 * Signals the process unless its pid belongs to another process by now; false when nothing was
 * signalled. Never signals pid 0, 1 or this process.
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  return isTarget(identity) && sendSignal(identity.pid, signal);
}

/** Signals a whole process group whose leader is still alive; false when it is gone. */
export function signalGroup(leader: ProcessIdentity, signal: NodeJS.Signals): boolean {
  return isTarget(leader) && sendSignal(-leader.pid, signal);
}

/**
 * Signals the process group in which a process has been seen just now, which may have ended meanwhile: of a chain of
 * processes that start one another, the group is all that stays. False when nothing was signalled: for this process's own
 * group, and where the number belongs to a process of another session by now.
 */
export function signalGroupOf(seen: ProcessStat, signal: NodeJS.Signals): boolean {
  const { group, session } = seen;
  const leader = readStat(group);
  if (group <= 1 || group === readStat(process.pid)?.group) return false;
  return (leader === null || leader.session === session) && sendSignal(-group, signal);
}

/** The last pid that the kernel gave to a process or thread: it grows with each new one. 0 where it is not told. */
export function lastPidGiven(): number {
  const text = attempt(() => readFileSync('/proc/loadavg', 'utf8'), '');
  return Number(text.trim().split(' ').at(-1)) || 0;
}

/** The pids of all processes. */
export function listPids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** A living process with its tag; null when there is none with this pid, for this process and for threads of the kernel. */
export async function scanProcess(pid: number): Promise<ScannedProcess | null> {
  return pid === process.pid ? null : scanOne(pid, readBootId());
}

/** All living processes except this one that `select` accepts, with their tag. Takes about 20 ms. */
export async function scanProcesses(
  select: (process: ScannedProcess) => boolean,
): Promise<readonly ScannedProcess[]> {
  const bootId = readBootId();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found: ScannedProcess[] = [];
  const next = pids.values();
  const worker = async (): Promise<void> => {
    for (const pid of next) {
      const scanned = pid === process.pid ? null : await scanOne(pid, bootId);
      if (scanned !== null && select(scanned)) found.push(scanned);
    }
  };
  await Promise.all(Array.from({ length: SCAN_WIDTH }, worker));
  return found.sort((a, b) => a.identity.pid - b.identity.pid);
}

// Private

function isTarget(identity: ProcessIdentity): boolean {
  return identity.pid > 1 && identity.pid !== process.pid && isAlive(identity);
}

function isDead(stat: ProcessStat): boolean {
  return stat.state === 'Z' || stat.state === 'X';
}

function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) === 'ESRCH' || codeOf(error) === 'EPERM') return false;
    throw error;
  }
}

async function scanOne(pid: number, bootId: string): Promise<ScannedProcess | null> {
  try {
    const stat = parseStat(await readFile(`/proc/${pid}/stat`, 'latin1'));
    if (stat === null || isDead(stat)) return null;
    if (pid === KERNEL_THREAD_PARENT || stat.parentPid === KERNEL_THREAD_PARENT) return null;
    const identity = { pid, startTime: stat.startTime, bootId };
    return { identity, stat, tag: await readTag(pid) };
  } catch {
    // The process ended while it was being read, which amounts to not found.
    return null;
  }
}

async function readTag(pid: number): Promise<string | null> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    const start = `${TAG_VARIABLE}=`;
    const entry = environment.split('\0').find((text) => text.startsWith(start));
    return entry?.slice(start.length) ?? null;
  } catch {
    return null;
  }
}
