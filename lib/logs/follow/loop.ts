import { createLineMask } from '../../compare/mask/line.ts';
import { messageOf } from '../../errors.ts';
import { LogBatchBuilder } from '../count/batch-builder.ts';
import type { LogBatch } from './batch.ts';
import { LineSplitter } from './line-splitter.ts';
import type { FollowSettings } from './protocol.ts';
import { LogTail, type TailSink } from './tail.ts';

/** Assumed until the first real line. */
const USUAL_LINE_BYTES = 200;

/** One follower without its thread: each `look` reads what is new and sums it up. */
export class FollowLoop {
  readonly #settings: FollowSettings;
  readonly #tail: LogTail;
  readonly #tally: LogBatchBuilder;
  readonly #lines: LineSplitter;
  readonly #sink: TailSink;
  readonly #now: () => number;
  #readBytes = 0;
  #readLines = 0;

  constructor(settings: FollowSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#tail = new LogTail(settings.path, settings.from);
    this.#tally = new LogBatchBuilder({ ...settings, mask: createLineMask(settings.mask) }, now());
    this.#lines = new LineSplitter({
      maxLineBytes: settings.maxLineBytes,
      onLine: (line) => this.#countLine(() => this.#tally.line(line)),
      onOverlong: (head) => this.#countLine(() => this.#tally.overlong(head)),
    });
    this.#sink = {
      chunk: (bytes) => this.#chunk(bytes),
      skipped: (bytes) => this.#skipped(bytes),
      ended: () => this.#lines.end(),
      truncated: () => this.#lines.discard(false),
    };
  }

  /** Reads once; the batch, or null when there is nothing to say, and what went wrong if anything. */
  async look(): Promise<{ batch: LogBatch | null; problem: string | null }> {
    let problem: string | null = null;
    try {
      await this.#tail.look(this.#settings.maxBytesPerBatch, this.#sink);
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

  /** A begun line is read again after a restart, hence the offset of its start. */
  #take(): LogBatch | null {
    const { inode, position } = this.#tail.offset ?? { inode: 0, position: 0 };
    const begun = Math.min(this.#lines.pendingBytes, position);
    return this.#tally.take(this.#now(), { inode, position: position - begun });
  }

  async #chunk(bytes: Buffer): Promise<void> {
    this.#readBytes += bytes.length;
    await this.#lines.write(bytes);
  }

  /** The lines of what was passed over are estimated by the mean length of those that were read. */
  #skipped(bytes: number): void {
    const lineBytes = this.#readLines === 0 ? USUAL_LINE_BYTES : this.#readBytes / this.#readLines;
    this.#tally.skipped(Math.max(1, Math.round(bytes / lineBytes)));
    this.#lines.discard(true);
  }

  #countLine(count: () => void): void {
    this.#readLines += 1;
    count();
  }
}
