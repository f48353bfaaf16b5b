import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Application } from './application.ts';
import { runCommand } from './command.ts';

/** Installs a release from the npm registry into a folder of its own. */
export async function install(
  { name, overrides = {} }: Application,
  version: string,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const manifest = { private: true, overrides };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await runCommand(['npm', 'install', `${name}@${version}`, '--no-audit', '--no-fund'], {
    folder,
    environment: process.env,
  });
}
