import { forkChild, post } from '../../runtime/fork.ts';
import { reniceChild } from '../../runtime/priority.ts';
import { ArchiveFailed } from '../errors.ts';
import type { FromArchiving, ToArchiving } from './protocol.ts';

export interface ChildWork<T> {
  readonly job: ToArchiving;
  /** The job in words: `archive NAME`. */
  readonly what: string;
  /** Nobody waits for it: low priority. */
  readonly isBackground: boolean;
  readonly signal: AbortSignal;
  /** The result that a message brings, or undefined. A question is replied to by `reply`. */
  readonly receive: (
    message: FromArchiving,
    reply: (message: ToArchiving) => void,
  ) => T | undefined | Promise<T | undefined>;
}

/**
 * Has a child process do one job. Throws `ArchiveFailed`, also when the process ends before its work is done;
 * VILI_FORK_FAILED; what `receive` throws; and the signal's reason, in which case the process is killed. It is gone
 * when this settles.
 */
export async function workInChild<T>(work: ChildWork<T>): Promise<T> {
  const { job, what, isBackground, signal, receive } = work;
  signal.throwIfAborted();
  const { process, ended } = forkChild('./child-entry', import.meta.url);
  if (isBackground && process.pid !== undefined) reniceChild(process.pid);
  const kill = (): void => void process.kill('SIGKILL');
  signal.addEventListener('abort', kill);
  try {
    const done = new Promise<{ readonly result: T }>((resolve, reject) => {
      const received = async (message: FromArchiving): Promise<void> => {
        const result = await receive(message, (reply) => post(process, reply));
        if (result !== undefined) resolve({ result });
      };
      process.on('message', (message: FromArchiving) => {
        if (message.type === 'failed') reject(new ArchiveFailed(message.code, message.text));
        else received(message).catch(reject);
      });
    });
    post(process, job);
    const outcome = await Promise.race([done, ended]);
    signal.throwIfAborted();
    if (typeof outcome !== 'string') return outcome.result;
    const text = `cannot ${what}: its process has ended (${outcome})`;
    throw new ArchiveFailed('VILI_ARCHIVE_FAILED', text);
  } finally {
    signal.removeEventListener('abort', kill);
    kill();
    await ended;
  }
}
