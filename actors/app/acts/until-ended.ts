import { setTimeout as sleep } from 'node:timers/promises';
import { readLivingStat } from '../../../lib/servlet/process/identity.ts';

/** Nothing tells of the end of a process that is no child. */
const LOOK_MS = 50;

/** Resolves to true once the process has ended, to false when `signal` is aborted before. */
export async function untilEnded(pid: number, signal: AbortSignal): Promise<boolean> {
  const startTime = readLivingStat(pid)?.startTime;
  for (;;) {
    const now = readLivingStat(pid)?.startTime;
    // The pid may belong to another process by now.
    if (now === undefined || now !== startTime) return true;
    if (signal.aborted) return false;
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}
