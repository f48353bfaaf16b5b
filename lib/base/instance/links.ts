import { lstat, readlink, rename, rm, symlink, unlink } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { codeOf, messageOf, ViliError } from '../../errors.ts';
import { tempPathOf } from '../state/atomic-file.ts';

/** `code` VILI_LINK_BLOCKED: a file or folder of the user has the name; VILI_LINK_FAILED: the rest. */
export class LinkFailed extends ViliError {}

/**
 * Points the symbolic link at `linkPath` to `target` in one step: a reader sees the old target or
 * the new one. A relative `target` is relative to the link's folder. Throws `LinkFailed`, also
 * when something other than a link stands there, which is left alone.
 */
export async function pointLink(linkPath: string, target: string): Promise<void> {
  await refuseOthers(linkPath);
  const aside = tempPathOf(linkPath);
  try {
    await symlink(target, aside);
    await rename(aside, linkPath);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    const text = `cannot point link ${linkPath} to ${target}: ${messageOf(error)}`;
    throw new LinkFailed('VILI_LINK_FAILED', text, { cause: error });
  }
}

/**
 * The absolute path a link leads to, one step, whether or not something is there; null when
 * `linkPath` is absent or no link.
 */
export async function readLink(linkPath: string): Promise<string | null> {
  try {
    return resolve(dirname(linkPath), await readlink(linkPath));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'EINVAL' || code === 'ENOTDIR') return null;
    const text = `cannot read link ${linkPath}: ${messageOf(error)}`;
    throw new LinkFailed('VILI_LINK_FAILED', text, { cause: error });
  }
}

/** Removes the link, never what it leads to; an absent link is fine. Throws `LinkFailed`. */
export async function removeLink(linkPath: string): Promise<void> {
  await refuseOthers(linkPath);
  try {
    await unlink(linkPath);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    const text = `cannot remove link ${linkPath}: ${messageOf(error)}`;
    throw new LinkFailed('VILI_LINK_FAILED', text, { cause: error });
  }
}

// Private

async function refuseOthers(linkPath: string): Promise<void> {
  const stats = await lstat(linkPath).catch(() => null);
  if (stats === null || stats.isSymbolicLink()) return;
  const kind = stats.isDirectory() ? 'folder' : 'file';
  const text = `${linkPath} should be a link, but a ${kind} has this name; move it away`;
  throw new LinkFailed('VILI_LINK_BLOCKED', text);
}
