import type { ChildProcess } from 'node:child_process';
import { forkChild, post } from '../../runtime/fork.ts';
import { reniceChild } from '../../runtime/priority.ts';
import type { ArchiveOptions, ArchiveOutcome } from '../archive-version.ts';
import { ArchiveFailed } from '../errors.ts';
import { findUnfinished } from '../unfinished.ts';
import type { FromArchiving, ToArchiving } from './protocol.ts';

/**
 * `archiveVersion` in a child process with low priority: CPU use grows with the size of a version, and none of it
 * belongs on the thread that users depend on. Throws `ArchiveFailed`, also when the process ends before its work is
 * done; VILI_FORK_FAILED; what `mayDelete` throws; and the signal's reason, in which case the process is killed.
 * Anything half-written is then removed.
 */
export async function archiveInChild(options: ArchiveOptions): Promise<ArchiveOutcome> {
  const { layout, name, level, signal } = options;
  signal.throwIfAborted();
  const { process, ended } = forkChild('./child-entry', import.meta.url);
  if (process.pid !== undefined) reniceChild(process.pid);
  const kill = (): void => void process.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  let isDone = false;
  try {
    const work = outcomeOf(process, options);
    const { base, identifier } = layout;
    post(process, { type: 'archive', base, identifier, name, level } satisfies ToArchiving);
    const outcome = await Promise.race([work, ended]);
    signal.throwIfAborted();
    if (typeof outcome === 'string') {
      const text = `cannot archive ${name}: its process has ended (${outcome})`;
      throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text);
    }
    isDone = true;
    return outcome;
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    await ended;
    if (!isDone) await findUnfinished(layout);
  }
}

// Private

function outcomeOf(process: ChildProcess, options: ArchiveOptions): Promise<ArchiveOutcome> {
  return new Promise((resolve, reject) => {
    process.on('message', (message: FromArchiving) => {
      if (message.type === 'done') resolve(message.outcome);
      else if (message.type === 'failed') reject(new ArchiveFailed(message.code, message.text));
      else if (message.type === 'may-delete') replyMayDelete(process, options).catch(reject);
    });
  });
}

async function replyMayDelete(process: ChildProcess, options: ArchiveOptions): Promise<void> {
  const may = await options.mayDelete();
  post(process, { type: 'may-delete', may } satisfies ToArchiving);
}
