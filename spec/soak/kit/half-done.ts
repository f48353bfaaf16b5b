import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of what is written aside or on its way out, by all rooms. */
const HALF = /\.(?:vili-aside|vili-deleting|part|tmp)$/;

/** What is half-done in a base and older than that, one sentence each. */
export async function halfDone(base: string, maxAgeMs: number): Promise<string[]> {
  const all = await readdir(base, { recursive: true }).catch(() => []);
  const problems: string[] = [];
  for (const path of all.filter((it) => HALF.test(it))) {
    const stats = await lstat(join(base, path)).catch(() => null);
    const age = stats === null ? 0 : Date.now() - stats.ctimeMs;
    if (age > maxAgeMs) problems.push(`${path} is left half-done`);
  }
  return problems;
}
