import { createHash } from 'node:crypto';
import type { Release } from '../../model/release.ts';
import type { ServerFile } from '../names/server-file.ts';
import { openRegular } from '../state/regular-file.ts';

/** SHA-256 of the file's content in hex, by which two builds of one version differ. */
export async function fingerprintOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  const file = await openRegular(path, { follow: true });
  for await (const chunk of file.createReadStream()) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Which build of a version lies at `path`. Throws Node's error when it cannot be read. */
export async function identify(path: string, file: ServerFile): Promise<Release> {
  const { fileName, name, version, extension } = file;
  return { fileName, name, version, extension, fingerprint: await fingerprintOf(path) };
}
