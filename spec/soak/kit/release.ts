import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a soak service does while it is tested; as running it always works. */
export const FAULTS = ['sleep', 'stop', 'refuse', 'crash', 'huge', 'malformed', 'flood'] as const;
/** `error`: half of its responses are 500. */
export type SoakFault = (typeof FAULTS)[number] | 'error' | 'none';

/** From dist/spec/soak/kit to the sources, where the fixtures are. */
const SERVICE = fileURLToPath(
  new URL('../../../../spec/fixtures/soak/service.mjs', import.meta.url),
);

export interface SoakRelease {
  readonly identifier: string;
  readonly version: string;
  readonly fault?: SoakFault;
}

/** Puts the server file of the soak service into `base`, atomically. Returns its name. */
export async function dropRelease(base: string, release: SoakRelease): Promise<string> {
  const { name, drop } = await readyRelease(base, release);
  await drop();
  return name;
}

/** Writes it aside, so that `drop` only gives it its name, which takes no room on a disk. */
export async function readyRelease(
  base: string,
  release: SoakRelease,
): Promise<{ readonly name: string; readonly drop: () => Promise<void> }> {
  const data = { fault: 'none', ...release };
  const name = `${release.identifier}-${release.version}`;
  const text = `globalThis.soakRelease = ${JSON.stringify(data)};\n`;
  const aside = join(base, `.${name}.part`);
  await writeFile(aside, text + (await readFile(SERVICE, 'utf8')));
  return { name, drop: () => rename(aside, join(base, `${name}.mjs`)) };
}
