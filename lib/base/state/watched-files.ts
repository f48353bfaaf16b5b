import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

const ABSENT = '-';

/** Notices by looking that files are others than those that were read. A file need not exist. */
export class WatchedFiles {
  readonly #paths: readonly string[];
  #read: string | null = null;
  #seen: string | null = null;

  constructor(paths: readonly string[]) {
    this.#paths = paths;
  }

  /** Call it right before the files are read: what changes from then on is news. */
  reading(): void {
    this.#read = this.#paths.map((path) => traitsOf(statOrNull(path))).join(' ');
    this.#seen = this.#read;
  }

  /**
   * Whether the files have changed since they were read, and are the same as at the look before: an editor may take
   * more than one step to write one.
   */
  async haveChanged(): Promise<boolean> {
    const found = await Promise.all(this.#paths.map((path) => stat(path).catch(() => null)));
    const now = found.map(traitsOf).join(' ');
    const isSettled = now === this.#seen;
    this.#seen = now;
    return isSettled && now !== this.#read;
  }
}

// Private

function statOrNull(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

/** A file that was replaced has another inode, whatever its times say. */
function traitsOf(stats: Stats | null): string {
  if (stats === null) return ABSENT;
  const { ino, size, mtimeMs, ctimeMs } = stats;
  return [ino, size, mtimeMs, ctimeMs].join('/');
}
