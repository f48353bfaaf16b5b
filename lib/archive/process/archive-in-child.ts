import type { ChildProcess } from 'node:child_process';
import { forkChild, post } from '../../runtime/fork.ts';
import { reniceChild } from '../../runtime/priority.ts';
import type { ArchiveOptions, ArchiveOutcome } from '../archive-version.ts';
import { findUnfinished } from '../unfinished.ts';
import { ArchiveFailed } from '../zip/folder-entries.ts';
import type { FromArchiving, ToArchiving } from './protocol.ts';

/**
 * `archiveVersion` in a process of its own that yields to all others: packing takes the more of a processor the larger
 * a version is, and none of that is for the thread that users depend on. Throws `ArchiveFailed`, also when that
 * process ends before its work; VILI_FORK_FAILED; what `mayDelete` throws; and the signal's reason, by which the process
 * is killed. What is half-done then is cleared away.
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
    post(process, {
      type: 'archive',
      base,
      identifier,
      name,
      level,
    } satisfies ToArchiving);
    const outcome = await Promise.race([work, ended]);
    signal.throwIfAborted();
    isDone = typeof outcome !== 'string';
    if (typeof outcome !== 'string') return outcome;
    const text = `cannot archive ${name}: the process that does it has ended (${outcome})`;
    throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text);
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
      else answer(process, options).catch(reject);
    });
  });
}

async function answer(process: ChildProcess, options: ArchiveOptions): Promise<void> {
  const may = await options.mayDelete();
  post(process, { type: 'may-delete', may } satisfies ToArchiving);
}
