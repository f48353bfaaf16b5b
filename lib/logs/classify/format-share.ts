import type { LogBatch } from '../follow/batch.ts';

/** Lines needed before the format of a log counts as known. */
const LINES_MIN = 50;
/** With a smaller share of lines that have a level, a log counts as one without levels. */
const LEVELLED_SHARE_MIN = 0.5;
/** So many lines without any level are enough to say so. */
const FEW_LINES = 10;
const KEYS_MAX = 20;

/**
 * Whether the lines of one version's log carry a level. A version that stops logging levels appears
 * free of errors, so a difference between the versions is itself a finding.
 */
export class FormatShare {
  #lines = 0;
  #levelled = 0;
  #format = '';
  readonly #unknownKeys = new Set<string>();

  add(batch: LogBatch): void {
    const parsed = batch.lines - batch.sampledOut;
    this.#lines += parsed;
    this.#levelled += parsed - batch.levels.unknown;
    if (batch.format !== '') this.#format = batch.format;
    this.#noteKeys(batch.unknownKeys);
  }

  /** Null until enough lines were seen. */
  get hasLevels(): boolean | null {
    if (this.#lines < LINES_MIN) return null;
    return this.#levelled >= LEVELLED_SHARE_MIN * this.#lines;
  }

  /** Whether what was seen so far says nothing about errors: lines, and hardly one with a level. */
  get isUnreadable(): boolean {
    return this.hasLevels === false || (this.#lines >= FEW_LINES && this.#levelled === 0);
  }

  get lines(): number {
    return this.#lines;
  }

  describe(): string {
    if (this.#lines === 0) return 'logged nothing where the log should be';
    const keys =
      this.#unknownKeys.size === 0 ? '' : `; keys seen: ${[...this.#unknownKeys].join(', ')}`;
    const format = this.#format === '' ? '' : ` (${this.#format})`;
    return `${this.#levelled} of ${this.#lines} lines had a level${format}${keys}`;
  }

  checkpoint(): unknown {
    return {
      lines: this.#lines,
      levelled: this.#levelled,
      format: this.#format,
      keys: [...this.#unknownKeys],
    };
  }

  /** Adopts a checkpoint; what it lacks stays zero. */
  restore(saved: unknown): void {
    const { lines, levelled, format, keys } = (saved ?? {}) as Record<string, unknown>;
    if (typeof lines === 'number' && lines > 0) this.#lines = lines;
    if (typeof levelled === 'number' && levelled > 0) this.#levelled = levelled;
    if (typeof format === 'string') this.#format = format;
    if (Array.isArray(keys)) this.#noteKeys(keys.filter((key) => typeof key === 'string'));
  }

  #noteKeys(keys: readonly string[]): void {
    for (const key of keys) if (this.#unknownKeys.size < KEYS_MAX) this.#unknownKeys.add(key);
  }
}
