import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/*
 * `node dist/spec/support/stale-output.js`, a part of `npm run build`: the compiler leaves what it made of a source that
 * has been removed or renamed since, and that would be tested and packed. The rest stays, since Vili may be running
 * from this folder.
 */
const OUTPUT = /(?:\.d\.ts|\.js)(?:\.map)?$/;
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Deletes the output in `root`/dist that has no source in `root`; returns its paths below dist. */
export function deleteStaleOutput(root: string): string[] {
  const dist = join(root, 'dist');
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && OUTPUT.test(entry.name))
    .map((entry) => relative(dist, join(entry.parentPath, entry.name)));
  const stale = files.filter((path) => !existsSync(join(root, path.replace(OUTPUT, '.ts'))));
  for (const path of stale) rmSync(join(dist, path));
  return stale.toSorted();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const path of deleteStaleOutput(ROOT)) process.stdout.write(`deleted dist/${path}\n`);
}
