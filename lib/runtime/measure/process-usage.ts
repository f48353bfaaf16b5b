import { readFileSync } from 'node:fs';
import { attempt } from '../../errors.ts';

/** The kernel counts processor time in hundredths of a second, whatever its own clock (proc(5), USER_HZ). */
const TICKS_PER_SECOND = 100;
const KIB = 1024;

/** What one process takes, its threads included and its children not. */
export interface OneProcessUsage {
  /** Resident; pages that it shares count in full. */
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

/** What this process takes. */
export function ownUsage(): OneProcessUsage {
  const { user, system } = process.cpuUsage();
  return { memoryBytes: process.memoryUsage.rss(), cpuSeconds: (user + system) / 1e6 };
}

/** What another process takes; null when it has ended, or the system does not tell. */
export function usageOfProcess(pid: number): OneProcessUsage | null {
  const read = (file: string): string =>
    attempt(() => readFileSync(`/proc/${pid}/${file}`, 'latin1'), '');
  return parseUsage(read('stat'), read('status'));
}

/** Of `/proc/PID/stat` and `/proc/PID/status`; null for anything else. */
export function parseUsage(stat: string, status: string): OneProcessUsage | null {
  // A process may have any name, brackets and blanks included.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (!Number.isSafeInteger(ticks) || kibibytes === undefined) return null;
  return { memoryBytes: Number(kibibytes) * KIB, cpuSeconds: ticks / TICKS_PER_SECOND };
}
