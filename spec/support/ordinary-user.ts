import { chown, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** `nobody` on every Linux. */
const UID = 65_534;

/**
 * Runs `use` with the rights of an ordinary user, to whom `folder` and all in it is given first: root may do
 * everything, so that a spec about rights would show nothing.
 */
export async function asOrdinaryUser<T>(folder: string, use: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await use();
  await chownAll(folder);
  process.seteuid?.(UID);
  try {
    return await use();
  } finally {
    process.seteuid?.(0);
  }
}

// Private

async function chownAll(path: string): Promise<void> {
  await chown(path, UID, UID);
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (!entry.isSymbolicLink()) await chownAll(join(path, entry.name));
}
