import { createLineMask } from '../../compare/mask/line.ts';
import { withoutSecret } from '../../compare/mask/secret.ts';
import { messageOf } from '../../errors.ts';
import { LogBatchBuilder } from '../count/batch-builder.ts';
import type { LogBatch } from './batch.ts';
import { LineSplitter } from './line-splitter.ts';
import type { FollowSettings } from './protocol.ts';
import { LogTail, type TailSink } from './tail.ts';

/** Assumed until the first line was read. */
const USUAL_LINE_BYTES = 200;

/** A follower without its thread: each `poll` reads what is new and sums it up. */
export class FollowLoop {
  readonly #settings: FollowSettings;
  readonly #tail: LogTail;
  readonly #builder: LogBatchBuilder;
  readonly #lines: LineSplitter;
  readonly #sink: TailSink;
  readonly #now: () => number;
  #readBytes = 0;
  #readLines = 0;

  constructor(settings: FollowSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#tail = new LogTail(settings.path, settings.from);
    const masked = createLineMask(settings.mask);
    const mask = (line: string): string | null => {
      const text = masked(line);
      return text === null ? null : withoutSecret(text, settings.token);
    };
    this.#builder = new LogBatchBuilder({ ...settings, mask }, now());
    this.#lines = new LineSplitter({
      maxLineBytes: settings.maxLineBytes,
      onLine: (line) => this.#countLine(() => this.#builder.line(line)),
      onOverlong: (head) => this.#countLine(() => this.#builder.overlong(head)),
    });
    this.#sink = {
      chunk: (bytes) => this.#chunk(bytes),
      skipped: (bytes) => this.#skipped(bytes),
      ended: () => this.#lines.end(),
      truncated: () => this.#lines.discard(false),
    };
  }

  /** Reads once. The batch is null without new lines; the problem is null where there was none. */
  async poll(): Promise<{ batch: LogBatch | null; problem: string | null }> {
    let problem: string | null = null;
    try {
      await this.#tail.poll(this.#settings.maxBytesPerBatch, this.#sink);
    } catch (error) {
      problem = `log ${this.#settings.path} cannot be read: ${messageOf(error)}`;
      await this.#tail.close();
    }
    return { batch: this.#take(), problem };
  }

  async close(): Promise<void> {
    this.#lines.close();
    await this.#tail.close();
  }

  // Private

  /** An unfinished line is read again after a restart, so the offset is that of its start. */
  #take(): LogBatch | null {
    const { inode, position } = this.#tail.offset ?? { inode: 0, position: 0 };
    const pending = Math.min(this.#lines.pendingBytes, position);
    return this.#builder.take(this.#now(), { inode, position: position - pending });
  }

  async #chunk(bytes: Buffer): Promise<void> {
    this.#readBytes += bytes.length;
    await this.#lines.write(bytes);
  }

  /** Estimates the number of skipped lines by the mean length of those that were read. */
  #skipped(bytes: number): void {
    const lineBytes = this.#readLines === 0 ? USUAL_LINE_BYTES : this.#readBytes / this.#readLines;
    this.#builder.skipped(Math.max(1, Math.round(bytes / lineBytes)));
    this.#lines.discard(true);
  }

  #countLine(count: () => void): void {
    this.#readLines += 1;
    count();
  }
}
