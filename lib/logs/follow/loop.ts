import { createLineMask } from '../../compare/mask/line.ts';
import { withoutSecret } from '../../compare/mask/secret.ts';
import { messageOf } from '../../errors.ts';
import { LogBatchBuilder } from '../count/batch-builder.ts';
import type { LogBatch } from './batch.ts';
import { LineSplitter } from './line-splitter.ts';
import type { FollowSettings } from './protocol.ts';
import { LogTail, type TailSink } from './tail.ts';

/** A thread that hardly gets a processor hands over what it has after this time, ms, instead of all that there is. */
const MAX_POLL_MS = 1000;
/** Assumed until the first line was read. */
const USUAL_LINE_BYTES = 200;

export interface Polled {
  /** Null without new lines. */
  readonly batch: LogBatch | null;
  /** Null where there was none. */
  readonly problem: string | null;
  /** All that was written before is read, or skipped for good; negative infinity while nothing is known. */
  readonly readToMs: number;
}

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
    this.#tail = new LogTail(settings.path, settings.from, now);
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

  /** Reads once, for some time at most. */
  async poll(maxMs = MAX_POLL_MS): Promise<Polled> {
    let problem: string | null = null;
    try {
      await this.#tail.poll(this.#settings.maxBytesPerBatch, this.#sink, maxMs);
    } catch (error) {
      problem = `log ${this.#settings.path} cannot be read: ${messageOf(error)}`;
      await this.#tail.close();
    }
    return { batch: this.#take(), problem, readToMs: this.#tail.readToMs };
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
    const offset = { inode, position: position - pending };
    return this.#builder.take(this.#now(), offset, this.#tail.readToMs);
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
