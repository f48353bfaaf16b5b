import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const ALLOWED = /^Cpus_allowed_list:\s*([\d,-]+)$/m;
/** A call of taskset takes some ms; on a host that takes longer the thread stays where it is. */
const LIMIT_MS = 2000;

/**
 * The processors this process may use without the first `spared` of them, at least one, in the form of taskset(1):
 * `1-3,8`. '' for all: nothing is spared, there is only one, or the system does not tell.
 */
export function processorsWithout(spared: number): string {
  const allowed = spared === 0 ? [] : allowedProcessors();
  return allowed.length < 2 ? '' : allowed.slice(Math.min(spared, allowed.length - 1)).join(',');
}

/**
 * Keeps a thread of this process (or with `all` every thread it has now but the main one) off the first processor:
 * there the thread that users depend on finds room at once, whatever the others do. Priorities alone do not give
 * that: Linux lets a thread that runs finish its slice of some ms first. Needs taskset (util-linux), as every Linux
 * has it; without it, or on one processor, nothing changes.
 */
export function keepOffFirstProcessor(thread: number | 'all'): void {
  const others = processorsWithout(1);
  if (others === '') return;
  if (thread !== 'all') return setProcessors(['-p', '-c', others, String(thread)]);
  const main = String(process.pid);
  const before = allowedProcessors().join(',');
  setProcessors(['-a', '-p', '-c', others, main]);
  setProcessors(['-p', '-c', before, main]);
}

// Private

function allowedProcessors(): number[] {
  try {
    const list = ALLOWED.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
    return list.split(',').flatMap((range) => {
      const [first = Number.NaN, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
  } catch {
    // No Linux: the caller goes on without.
    return [];
  }
}

function setProcessors(words: readonly string[]): void {
  try {
    execFileSync('taskset', words, { stdio: 'ignore', timeout: LIMIT_MS });
  } catch {
    // Not installed, or a policy forbids it: the thread competes with the users'.
  }
}
