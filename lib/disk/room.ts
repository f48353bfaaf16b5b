import { stat } from 'node:fs/promises';
import { ViliError } from '../errors.ts';
import { BRIM_SHARE } from './plan.ts';
import { diskSpace } from './usage.ts';

/**
 * Call this before a server file is copied: a copy that fills the disk would take running's logs, and perhaps running,
 * with it. Throws VILI_DISK_SHORT when less than a tenth of `minFree` would stay free; an absent file or folder is
 * nobody's business here.
 */
export async function requireRoom(file: string, folder: string, minFree: number): Promise<void> {
  const [size, space] = await Promise.all([
    stat(file).then((stats) => stats.size, absent),
    diskSpace(folder).catch(absent),
  ]);
  if (size === null || space === null) return;
  const leftBytes = space.freeBytes - size;
  if (leftBytes >= BRIM_SHARE * minFree * space.totalBytes) return;
  const text = `no room for a copy of ${file} (ENOSPC): it has ${size} bytes, and ${folder} has ${space.freeBytes} free`;
  throw new ViliError('VILI_DISK_SHORT', `${text}; make room`);
}

// Private

function absent(): null {
  return null;
}
