import type { LogBatch } from './batch.ts';

/** Lines needed before the format of a log is called known. */
const LINES_MIN = 50;
/** Below this share of lines with a level a log counts as one without levels. */
const LEVELLED_SHARE_MIN = 0.5;

/**
 * Whether the lines of one version's log carry a level. A version that stops telling levels looks
 * free of errors, so a difference between the versions is a finding of its own.
 */
export class FormatShare {
  #lines = 0;
  #levelled = 0;
  readonly #unknownKeys = new Set<string>();

  add(batch: LogBatch): void {
    const parsed = batch.lines - batch.sampledOut;
    this.#lines += parsed;
    this.#levelled += parsed - batch.levels.unknown;
    for (const key of batch.unknownKeys)
      if (this.#unknownKeys.size < 20) this.#unknownKeys.add(key);
  }

  /** True or false once enough lines were seen, before that null. */
  get hasLevels(): boolean | null {
    if (this.#lines < LINES_MIN) return null;
    return this.#levelled >= LEVELLED_SHARE_MIN * this.#lines;
  }

  describe(): string {
    const keys =
      this.#unknownKeys.size === 0 ? '' : `; keys seen: ${[...this.#unknownKeys].join(', ')}`;
    return `${this.#levelled} of ${this.#lines} lines had a level${keys}`;
  }
}
