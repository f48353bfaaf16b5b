import { setTimeout as sleep } from 'node:timers/promises';
import { hasEnded, type ProcessIdentity } from '../process/identity.ts';

const LOOK_MS = 500;
/** The launcher tells of an end, and of its cause, long before so many looks in a row have found the process gone. */
const LOOKS = 3;

/**
 * Watches the process of a servlet from here: the launcher, whose child it is, may be held up when it ends. Resolves to true
 * when it has ended and nobody has said so for a second, to false when `signal` is aborted.
 */
export async function watchEnd(identity: ProcessIdentity, signal: AbortSignal): Promise<boolean> {
  for (let inRow = 0; inRow < LOOKS; ) {
    await sleep(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return false;
    inRow = hasEnded(identity) ? inRow + 1 : 0;
  }
  return true;
}
