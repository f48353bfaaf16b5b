import { lstat, readlink, rename, rm, symlink, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf, ViliError } from '../../errors.ts';
import { tempPathOf } from '../state/atomic-file.ts';

/** `code` VILI_LINK_BLOCKED: a file or folder of the user has the name; VILI_LINK_FAILED: anything else. */
export class LinkFailed extends ViliError {}

/**
 * Points the symbolic link at `linkPath` to `target` atomically: a reader sees the old target or
 * the new one. A relative `target` is relative to the link's folder. Throws `LinkFailed`, also
 * when something other than a link has this name; that is left alone.
 */
export async function pointLink(linkPath: string, target: string): Promise<void> {
  await requireLinkOrNothing(linkPath);
  const temporary = tempPathOf(linkPath);
  try {
    await symlink(target, temporary);
    await rename(temporary, linkPath);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw LinkFailed.cannot('VILI_LINK_FAILED', `point link ${linkPath} to ${target}`, error);
  }
}

/**
 * The absolute path to which a link leads in one step, whether or not it exists; null when
 * `linkPath` is absent or not a link.
 */
export async function readLink(linkPath: string): Promise<string | null> {
  try {
    return resolve(dirname(linkPath), await readlink(linkPath));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'ENOTDIR') return null;
    throw LinkFailed.cannot('VILI_LINK_FAILED', `read link ${linkPath}`, error);
  }
}

/** Removes the link, never what it leads to; an absent link is fine. Throws `LinkFailed`. */
export async function removeLink(linkPath: string): Promise<void> {
  await requireLinkOrNothing(linkPath);
  try {
    await unlink(linkPath);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw LinkFailed.cannot('VILI_LINK_FAILED', `remove link ${linkPath}`, error);
  }
}

// Private

async function requireLinkOrNothing(linkPath: string): Promise<void> {
  const stats = await lstat(linkPath).catch(() => null);
  if (stats === null || stats.isSymbolicLink()) return;
  const kind = stats.isDirectory() ? 'folder' : 'file';
  const text = `${linkPath} should be a link, but a ${kind} has this name; move it away`;
  throw new LinkFailed('VILI_LINK_BLOCKED', text);
}
