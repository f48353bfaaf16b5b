import { readdirSync, readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { attempt } from '../../errors.ts';
import type { ProcessUsage } from '../../model/servlet-facts.ts';
import type { ProcessIdentity } from './identity.ts';

/** The kernel counts processor time in hundredths of a second, whatever its own clock (proc(5), USER_HZ). */
const TICK_MS = 10;
const KIB = 1024;
/** Members of a session are looked for among all processes of the host with one reading in so many. */
const SCAN_EVERY = 6;
/** More processes of one servlet are not read one by one. */
const MAX_MEMBERS = 256;
/** A reading is not repeated before this many times the processor time it took: 2 % of one processor at most. */
const REST_FACTOR = 50;

/** One process in a reading of /proc/PID/stat. */
export interface ProcessTimes {
  readonly session: number;
  readonly startTime: string;
  readonly isDead: boolean;
  readonly cpuMs: number;
  readonly threads: number;
}

/** Parses /proc/PID/stat for what a process takes; null for anything else. */
export function parseTimes(text: string): ProcessTimes | null {
  const close = text.lastIndexOf(') ');
  if (close < 1) return null;
  const fields = text
    .slice(close + 2)
    .trim()
    .split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (state === undefined || startTime === undefined) return null;
  // utime, stime and those of children that were waited for.
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  const [session, threads] = [Number(fields[3]), Number(fields[17])];
  if (![ticks, session, threads].every(Number.isSafeInteger)) return null;
  const isDead = state === 'Z' || state === 'X';
  return { session, startTime, isDead, cpuMs: ticks * TICK_MS, threads };
}

/** The sum of the lines with these names, in bytes; null when one is missing. `Pss: 234 kB`. */
export function parseKibibytes(text: string, names: readonly string[]): number | null {
  let sum = 0;
  for (const name of names) {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text);
    if (found === null) return null;
    sum += Number(found[1]) * KIB;
  }
  return sum;
}

/**
 * Reads what servlets take. Everything is read one after the other within some milliseconds, so that all sides are
 * read under the same load. The proportional size of a large process takes the kernel up to a tenth of a second; the
 * next reading is then that much later.
 */
export class UsageReader {
  readonly #now: () => number;
  readonly #spentMs: () => number;
  /** Pids by session leader. */
  #members = new Map<number, readonly number[]>();
  #readings = 0;
  #restUntilMs = Number.NEGATIVE_INFINITY;
  #isReading = false;
  #measure: ProcessUsage['measure'] = 'pss';

  constructor(now = () => performance.now(), spentMs = ownCpuMs) {
    this.#now = now;
    this.#spentMs = spentMs;
  }

  /** Usage by key; without those that have ended. Empty while the last reading is not paid for, or still under way. */
  async read<K>(leaders: ReadonlyMap<K, ProcessIdentity>): Promise<ReadonlyMap<K, ProcessUsage>> {
    if (this.#isReading || this.#now() < this.#restUntilMs) return new Map();
    const before = this.#spentMs();
    this.#isReading = true;
    try {
      this.#findMembers([...leaders.values()]);
      const measure = this.#measure;
      const found = await this.#readAll(leaders);
      // Sizes of two kinds cannot be compared: where the kind changed, all are read anew.
      return measure === this.#measure ? found : await this.#readAll(leaders);
    } finally {
      this.#isReading = false;
      this.#restUntilMs = this.#now() + REST_FACTOR * (this.#spentMs() - before);
    }
  }

  // Private

  #findMembers(leaders: readonly ProcessIdentity[]): void {
    const isKnown = leaders.every(({ pid }) => this.#members.has(pid));
    if (this.#readings++ % SCAN_EVERY !== 0 && isKnown) return;
    const members = new Map<number, number[]>(leaders.map(({ pid }) => [pid, [pid]]));
    for (const name of attempt(() => readdirSync('/proc'), [])) {
      const pid = Number(name);
      if (!Number.isInteger(pid)) continue;
      const list = members.get(timesOf(pid)?.session ?? 0);
      if (list !== undefined && !list.includes(pid) && list.length < MAX_MEMBERS) list.push(pid);
    }
    this.#members = members;
  }

  async #readAll<K>(
    leaders: ReadonlyMap<K, ProcessIdentity>,
  ): Promise<ReadonlyMap<K, ProcessUsage>> {
    const found = new Map<K, ProcessUsage>();
    for (const [key, leader] of leaders) {
      const usage = await this.#readOne(leader);
      if (usage !== null) found.set(key, usage);
    }
    return found;
  }

  async #readOne(leader: ProcessIdentity): Promise<ProcessUsage | null> {
    if (timesOf(leader.pid)?.startTime !== leader.startTime) return null;
    const sum = { memoryBytes: 0, cpuMs: 0, threads: 0, files: 0 };
    for (const pid of this.#members.get(leader.pid) ?? []) {
      const times = timesOf(pid);
      // The pid of a child that has ended may belong to another process by now.
      if (times === null || (times.session !== leader.pid && pid !== leader.pid)) continue;
      sum.cpuMs += times.cpuMs;
      if (times.isDead) continue;
      sum.threads += times.threads;
      sum.files += filesOf(pid);
      sum.memoryBytes += await this.#memoryOf(pid);
    }
    return sum.memoryBytes > 0 ? { ...sum, measure: this.#measure } : null;
  }

  async #memoryOf(pid: number): Promise<number> {
    if (this.#measure === 'pss') {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => '');
      const bytes = parseKibibytes(text, ['Pss', 'SwapPss']) ?? parseKibibytes(text, ['Pss']);
      if (bytes !== null) return bytes;
      // Gone meanwhile, or a kernel or a user that does not tell: from now on as much as is told of all.
      if (timesOf(pid)?.isDead !== false) return 0;
      this.#measure = 'rss';
    }
    const status = attempt(() => readFileSync(`/proc/${pid}/status`, 'latin1'), '');
    return parseKibibytes(status, ['VmRSS', 'VmSwap']) ?? parseKibibytes(status, ['VmRSS']) ?? 0;
  }
}

// Private

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function timesOf(pid: number): ProcessTimes | null {
  return parseTimes(attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'), ''));
}

/** Linux 6.2 and later tell the number as the size of the folder. */
function filesOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  const size = attempt(() => statSync(folder).size, 0);
  return size > 0 ? size : attempt(() => readdirSync(folder).length, 0);
}
