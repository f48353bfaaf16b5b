import { forkChild, post } from '../../runtime/fork.ts';
import { ArchiveFailed } from '../errors.ts';
import type { RestoredVersion, RestoreJob } from '../restore-archived.ts';
import type { FromArchiving, ToArchiving } from './protocol.ts';

/**
 * `restoreArchived` in a child process: unpacking and hashing take the time of another processor than the one users
 * depend on. People wait for it, so its priority is that of Vili. Throws `ArchiveFailed`, also when the process ends
 * before its work is done; VILI_FORK_FAILED; and the signal's reason, in which case the process is killed and what it
 * left is removed by the next attempt.
 */
export async function restoreInChild(
  { layout, name, below }: RestoreJob,
  signal: AbortSignal,
): Promise<RestoredVersion> {
  signal.throwIfAborted();
  const { process, ended } = forkChild('./child-entry', import.meta.url);
  const kill = (): void => void process.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  try {
    const work = new Promise<RestoredVersion>((resolve, reject) => {
      process.on('message', (message: FromArchiving) => {
        if (message.type === 'restored') resolve(message.restored);
        else if (message.type === 'failed') reject(new ArchiveFailed(message.code, message.text));
      });
    });
    const { base, identifier } = layout;
    post(process, { type: 'restore', base, identifier, name, below } satisfies ToArchiving);
    const outcome = await Promise.race([work, ended]);
    signal.throwIfAborted();
    if (typeof outcome !== 'string') return outcome;
    const text = `cannot restore ${name}: its process has ended (${outcome})`;
    throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text);
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    await ended;
  }
}
