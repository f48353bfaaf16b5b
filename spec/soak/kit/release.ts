import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a soak service does while it is tested; as running it always works. */
export const FAULTS = ['sleep', 'stop', 'refuse', 'crash', 'huge', 'malformed', 'flood'] as const;
export type SoakFault = (typeof FAULTS)[number] | 'none';

/** From dist/spec/soak/kit to the sources, where the fixtures are. */
const SERVICE = fileURLToPath(
  new URL('../../../../spec/fixtures/soak/service.mjs', import.meta.url),
);

/** Puts the server file of the soak service into `base`, atomically. */
export async function dropRelease(
  base: string,
  release: { identifier: string; version: string; fault?: SoakFault },
): Promise<string> {
  const data = { fault: 'none', ...release };
  const name = `${release.identifier}-${release.version}`;
  const text = `globalThis.soakRelease = ${JSON.stringify(data)};\n`;
  const aside = join(base, `.${name}.part`);
  await writeFile(aside, text + (await readFile(SERVICE, 'utf8')));
  await rename(aside, join(base, `${name}.mjs`));
  return name;
}
