import { readdirSync, readFileSync } from 'node:fs';

const NANOSECONDS_PER_MICROSECOND = 1000;
const BYTES_PER_KB = 1024;

/** The resources that a process and its children have used since they started. Linux only. */
export interface Usage {
  /** All threads. */
  readonly cpuMicros: number;
  /** The first thread only: node's event loop. */
  readonly mainMicros: number;
  readonly residentBytes: number;
}

/** Reads the CPU times of threads from the scheduler, in nanoseconds. */
export function usageOf(pid: number): Usage {
  const usage = { cpuMicros: 0, mainMicros: cpuMicrosOf(pid, pid), residentBytes: 0 };
  for (const each of [pid, ...childrenOf(pid)]) {
    for (const thread of readdirSync(`/proc/${each}/task`)) {
      usage.cpuMicros += cpuMicrosOf(each, Number(thread));
    }
    const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${each}/status`, 'utf8'));
    usage.residentBytes += Number(resident?.[1] ?? 0) * BYTES_PER_KB;
  }
  return usage;
}

/** The CPU time of one thread; 0 when it has ended. */
export function cpuMicrosOf(pid: number, thread: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8');
    return Number(text.split(' ')[0]) / NANOSECONDS_PER_MICROSECOND;
  } catch {
    // The thread has ended.
    return 0;
  }
}

// Private

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}
