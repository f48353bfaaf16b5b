import { type FolderSize, folderSize } from './base-size.ts';
import { type DiskSpace, diskSpace } from './usage.ts';

/** What is known of the disk of a base: its free space now, and what the base takes, as measured last. */
export class DiskGauge {
  readonly #base: string;
  #size: FolderSize | null = null;

  constructor(base: string) {
    this.#base = base;
  }

  /** What the base takes; null until it was measured. */
  get baseSize(): FolderSize | null {
    return this.#size;
  }

  /** Walks through the base; takes milliseconds for a usual one. Never throws. */
  async measureBase(): Promise<void> {
    this.#size = await folderSize(this.#base);
  }

  /** Null where it cannot be read. */
  async space(): Promise<DiskSpace | null> {
    return await diskSpace(this.#base).catch(() => null);
  }

  /** The free space while it is less than `minFree`, 0 to 1; null while it is enough, or unknown. */
  async shortage(minFree: number): Promise<DiskSpace | null> {
    const space = await this.space();
    return space !== null && space.freeShare < minFree ? space : null;
  }
}
