import { rm } from 'node:fs/promises';
import type { ArchiveOptions } from './archive-version.ts';
import { archiveInChild } from './process/archive-in-child.ts';

/**
 * Archives a version and removes its evidence, whose conclusion is in the report that is archived with the folder.
 * Resolves to a line for the log. Throws as `archiveInChild`, and when the folder is protected.
 */
export async function archiveFinished(options: ArchiveOptions): Promise<string> {
  const { layout, name } = options;
  const outcome = await archiveInChild(options);
  if (outcome.kind === 'protected') throw new Error(outcome.reason);
  await rm(layout.evidenceFile(name), { force: true });
  if (outcome.kind === 'absent') return `${name} has no folder any more`;
  return `${name} is archived: ${outcome.entries} entries, ${outcome.bytes} bytes`;
}
