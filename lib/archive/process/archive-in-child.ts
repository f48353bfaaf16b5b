import type { ArchiveOptions, ArchiveOutcome } from '../archive-version.ts';
import { findUnfinished } from '../unfinished.ts';
import { workInChild } from './work-in-child.ts';

/**
 * `archiveVersion` in a child process with low priority: CPU use grows with the size of a version, and none of it
 * belongs on the thread that users depend on. Throws what `workInChild` and `mayDelete` throw; anything half-written is
 * then removed.
 */
export async function archiveInChild(options: ArchiveOptions): Promise<ArchiveOutcome> {
  const { layout, name, level, signal } = options;
  const { base, identifier } = layout;
  signal.throwIfAborted();
  try {
    return await workInChild<ArchiveOutcome>({
      job: { type: 'archive', base, identifier, name, level },
      what: `archive ${name}`,
      isBackground: true,
      signal,
      async receive(message, reply) {
        if (message.type === 'done') return message.outcome;
        if (message.type === 'may-delete') {
          reply({ type: 'may-delete', may: await options.mayDelete() });
        }
        return undefined;
      },
    });
  } catch (error) {
    await findUnfinished(layout);
    throw error;
  }
}
