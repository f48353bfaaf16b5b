import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { codeOf, ViliError } from '../../errors.ts';
import type { Layout } from '../names/layout.ts';
import { leadsInside } from '../names/paths.ts';
import type { ServerFile } from '../names/server-file.ts';
import { removeTempFiles, syncFolder, tempPathOf } from '../state/atomic-file.ts';
import { openRegular } from '../state/regular-file.ts';
import { isComplete } from './complete.ts';
import { fingerprintOf } from './fingerprint.ts';
import { checkServerFile } from './scan.ts';

const CHUNK_BYTES = 256 * 1024;
const FAULTS = {
  absent: ['VILI_SERVER_FILE_GONE', 'is no longer there'],
  outside: ['VILI_OUTSIDE_BASE', 'is a link that leads out of the base folder'],
  other: ['VILI_STAGE_FAILED', 'is not a regular file'],
  'not-executable': ['VILI_STAGE_FAILED', 'is not executable (chmod +x)'],
} as const;

/**
 * `code`: VILI_SERVER_FILE_GONE, VILI_SERVER_FILE_CHANGED (during the copy; try again),
 * VILI_SERVER_FILE_TRUNCATED, VILI_OUTSIDE_BASE (a link leads out of base), VILI_STAGE_FAILED.
 */
export class StageFailed extends ViliError {}

/** A version with its own copy of the server file. */
export interface Staged {
  readonly folder: string;
  /** Result of `fingerprintOf` for the copy. */
  readonly fingerprint: string;
}

/**
 * Copies a server file into its version folder, completely or not at all and with its mode; the
 * original is untouched. Staging the same content again changes nothing; new content replaces the
 * copy (whether that is allowed is the caller's decision, by `fingerprintOf`). Throws `StageFailed`.
 */
export async function stageVersion(layout: Layout, file: ServerFile): Promise<Staged> {
  const source = layout.serverFile(file);
  const folder = layout.versionFolder(file.name);
  const temporary = tempPathOf(layout.serverCopy(file));
  try {
    await requireUsable(layout, file);
    await makeVersionFolder(layout, folder);
    await removeTempFiles(folder, file.fileName);
    const fingerprint = await copyDurable(source, temporary);
    if (!(await isComplete(temporary, file.extension))) {
      const text = `${source} is cut off: its zip end record is missing`;
      throw new StageFailed('VILI_SERVER_FILE_TRUNCATED', text);
    }
    if ((await presentFingerprint(layout.serverCopy(file))) !== fingerprint) {
      await rename(temporary, layout.serverCopy(file));
      await syncFolder(folder);
    }
    return { folder, fingerprint };
  } catch (error) {
    throw asStageFailed(error, source);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/**
 * Ensures that the version folder holds this very build. An existing copy is enough, even when the
 * user's file is gone or was replaced since. Throws `StageFailed`, with VILI_SERVER_FILE_CHANGED when
 * the file is another build than the one that arrived.
 */
export async function stageRelease(
  layout: Layout,
  release: ServerFile & { readonly fingerprint: string },
): Promise<void> {
  if ((await copyFingerprint(layout.serverCopy(release))) === release.fingerprint) return;
  const { fingerprint } = await stageVersion(layout, release);
  if (fingerprint === release.fingerprint) return;
  const text = `${release.fileName} has changed since it arrived; it will be checked again`;
  throw new StageFailed('VILI_SERVER_FILE_CHANGED', text);
}

/**
 * Call this before a servlet is restarted: somebody may have deleted the version folder, or the copy
 * in it, by hand. While the user's file exists, the copy is made anew. Throws as `stageRelease`.
 */
export async function restageMissing(
  layout: Layout,
  release: ServerFile & { readonly fingerprint: string },
): Promise<void> {
  try {
    await stat(layout.serverCopy(release));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await stageRelease(layout, release);
  }
}

// Private

async function requireUsable(layout: Layout, file: ServerFile): Promise<void> {
  const { kind } = await checkServerFile(layout.base, file);
  if (kind === 'file') return;
  const [code, fault] = FAULTS[kind];
  throw new StageFailed(code, `${layout.serverFile(file)} ${fault}`);
}

async function makeVersionFolder(layout: Layout, folder: string): Promise<void> {
  await mkdir(folder).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  if (!(await lstat(folder)).isDirectory()) {
    const text = `${folder} should be a version folder, but it is a file or a link`;
    throw new StageFailed('VILI_OUTSIDE_BASE', text);
  }
  if (!(await leadsInside(layout.base, folder))) {
    throw new StageFailed('VILI_OUTSIDE_BASE', `${folder} leads out of the base folder`);
  }
}

/** A copy that is a link is not trusted and gets replaced by a real file. */
async function presentFingerprint(copy: string): Promise<string | null> {
  const stats = await lstat(copy).catch(() => null);
  return stats?.isFile() === true ? await fingerprintOf(copy) : null;
}

/** Null when there is no copy. One that cannot be read now is not missing: the original may be gone for good. */
async function copyFingerprint(copy: string): Promise<string | null> {
  try {
    return await fingerprintOf(copy);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ELOOP')
      return null;
    throw StageFailed.cannot('VILI_STAGE_FAILED', `read ${copy}`, error);
  }
}

async function copyDurable(source: string, temporary: string): Promise<string> {
  const from = await openRegular(source, { follow: true });
  try {
    const before = await from.stat();
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    const to = await open(temporary, flags, 0o600);
    let fingerprint: string;
    try {
      fingerprint = await copyContent(from, to);
      await to.chmod(before.mode & 0o777);
      await to.sync();
    } finally {
      await to.close();
    }
    const after = await from.stat();
    if (before.size !== after.size || before.mtimeMs !== after.mtimeMs) {
      throw new StageFailed('VILI_SERVER_FILE_CHANGED', `${source} changed while it was copied`);
    }
    return fingerprint;
  } finally {
    await from.close();
  }
}

async function copyContent(from: FileHandle, to: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (;;) {
    const { bytesRead } = await from.read(buffer, 0, CHUNK_BYTES);
    if (bytesRead === 0) return hash.digest('hex');
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await to.writeFile(chunk);
  }
}

function asStageFailed(error: unknown, source: string): StageFailed {
  if (error instanceof StageFailed) return error;
  if (codeOf(error) !== 'ENOENT' || !isAbout(error, source)) {
    return StageFailed.cannot('VILI_STAGE_FAILED', `stage ${source}`, error);
  }
  const [code, fault] = FAULTS.absent;
  return new StageFailed(code, `${source} ${fault}`, { cause: error });
}

/** A file system error names the path that it met; a version folder that vanished meanwhile has another one. */
function isAbout(error: unknown, path: string): boolean {
  return error instanceof Error && 'path' in error && error.path === path;
}
