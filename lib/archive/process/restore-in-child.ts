import type { RestoredVersion, RestoreJob } from '../restore-archived.ts';
import { workInChild } from './work-in-child.ts';

/**
 * `restoreArchived` in a child process: unpacking and hashing take the time of another processor than the one users
 * depend on. People wait for it, so its priority is that of Vili. Throws as `workInChild`; what it leaves then is
 * removed by the next attempt.
 */
export function restoreInChild(
  { layout, name, below }: RestoreJob,
  signal: AbortSignal,
): Promise<RestoredVersion> {
  const { base, identifier } = layout;
  return workInChild<RestoredVersion>({
    job: { type: 'restore', base, identifier, name, below },
    what: `restore ${name}`,
    isBackground: false,
    signal,
    receive: (message) => (message.type === 'restored' ? message.restored : undefined),
  });
}
