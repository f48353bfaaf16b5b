import { execFile, spawnSync } from 'node:child_process';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** From dist/spec/support to the sources, which keep the fixtures. */
const SOURCE = fileURLToPath(new URL('../../../spec/fixtures/jar/Shop.java', import.meta.url));

/** Whether jars can be compiled here. */
export function hasJdk(): boolean {
  return ['javac', 'jar'].every((command) => spawnSync(command, ['--version']).status === 0);
}

/** Compiles the jar of a small HTTP server, once for each version. Returns their paths. */
export async function compileJars(
  folder: string,
  versions: readonly string[],
): Promise<readonly string[]> {
  const classes = join(folder, 'classes');
  await mkdir(classes, { recursive: true });
  await run('javac', ['-d', classes, SOURCE]);
  const jars = versions.map(async (version) => {
    const manifest = join(folder, `manifest-${version}`);
    await writeFile(manifest, `Main-Class: shop.Shop\nImplementation-Version: ${version}\n`);
    const jar = join(folder, `${version}.jar`);
    await run('jar', ['cfm', jar, manifest, '-C', classes, '.']);
    return jar;
  });
  return Promise.all(jars);
}

/** Writes a copy in place, in pieces with pauses, as a slow `scp` does. `beforeLast` is done while the last piece is missing. */
export async function copySlowly(
  from: string,
  to: string,
  pieces: number,
  pauseMs: number,
  beforeLast: () => Promise<void>,
): Promise<void> {
  const content = await readFile(from);
  const size = Math.ceil(content.length / pieces);
  const file = await open(to, 'w');
  try {
    for (let at = 0; at < content.length; at += size) {
      if (at + size >= content.length) await beforeLast();
      await file.writeFile(content.subarray(at, at + size));
      await sleep(pauseMs);
    }
  } finally {
    await file.close();
  }
}

// Private

const run = promisify(execFile);
