import { stat } from 'node:fs/promises';
import { codeOf, ViliError } from '../../errors.ts';
import { fingerprintOf } from '../names/fingerprint.ts';
import type { Layout } from '../names/layout.ts';
import type { ServerFile } from '../names/server-file.ts';
import { stageVersion } from './stage.ts';

/**
 * Makes sure that the version folder holds this very build. A copy that is there already is enough,
 * even when the user's file is gone or was replaced since. Throws StageFailed, or `VILI_STAGE_FAILED`
 * when the file is another build than the one that arrived.
 */
export async function stageRelease(
  layout: Layout,
  release: ServerFile & { readonly fingerprint: string },
): Promise<void> {
  const copy = await fingerprintOf(layout.serverCopy(release)).catch(() => null);
  if (copy === release.fingerprint) return;
  const { fingerprint } = await stageVersion(layout, release);
  if (fingerprint === release.fingerprint) return;
  const text = `${release.fileName} has other content than when it arrived; it is looked at again`;
  throw new ViliError('VILI_STAGE_FAILED', text);
}

/**
 * Before a servlet is started again: somebody may have deleted the version folder, or the copy in
 * it, by hand. While the user's file is there the copy is made anew. Throws as `stageRelease`.
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
