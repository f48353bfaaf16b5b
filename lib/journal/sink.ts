import { type FileHandle, mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { missingLineEnd } from '../base/state/atomic-file.ts';
import { codeOf, messageOf } from '../errors.ts';

const FILE_MODE = 0o640;
/** Lines that arrive during a write are written together, up to this many bytes at a time. */
const MAX_WRITE_BYTES = 256 * 1024;
/** How often a write makes sure that the path still leads to the open file. */
const CHECK_INTERVAL_MS = 250;

/** Destination of lines: a file, or standard output. */
export interface Sink {
  /** Accepts a line with its line end; never throws and never waits. */
  write(line: string): void;
  /** Resolves when everything accepted so far is written or lost. */
  flush(): Promise<void>;
  /** Reopens the file, once everything accepted so far is written. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export interface SinkOptions {
  readonly file: string;
  /** Lines beyond this many pending bytes are dropped and counted. */
  readonly maxPendingBytes: number;
  /** The line that reports lost lines (disk full, too many at once); written before the next line. */
  lostLine(message: string): string;
}

/**
 * Appends lines to a file in the background, one write at a time. A failed write loses its own lines
 * only: the next write is attempted, and a line states how many lines were lost and why. The path is followed: once
 * somebody has moved or removed the file, lines go to a new one, so that none grows where rotation does not see it.
 */
export function fileSink(options: SinkOptions): Sink {
  return new FileSink(options);
}

// Private

class FileSink implements Sink {
  readonly #options: SinkOptions;
  #lines: string[] = [];
  #bytes = 0;
  #lost = 0;
  #reason = '';
  #file: FileHandle | null = null;
  #checkedMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;
  /** Serializes everything that touches the file. */
  #work: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor(options: SinkOptions) {
    this.#options = options;
  }

  write(line: string): void {
    if (this.#isClosed) return;
    const bytes = Buffer.byteLength(line);
    if (this.#bytes + bytes > this.#options.maxPendingBytes) {
      this.#lose(1, 'too many lines at once');
      return;
    }
    this.#lines.push(line);
    this.#bytes += bytes;
    this.#start();
  }

  async flush(): Promise<void> {
    while (this.#lines.length > 0) {
      this.#start();
      await this.#work;
    }
    await this.#work;
  }

  async reopen(): Promise<void> {
    await this.flush();
    this.#work = this.#work.then(() => this.#closeFile());
    await this.#work;
  }

  async close(): Promise<void> {
    await this.flush();
    this.#isClosed = true;
    await this.reopen();
  }

  #start(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#work = this.#work.then(() => this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    while (this.#lines.length > 0) {
      const batch = this.#takeBatch();
      const lost = this.#lost;
      try {
        await this.#leaveMoved();
        this.#file ??= await openForAppending(this.#options.file);
        const file = this.#file;
        const lineEnd = lost > 0 ? await missingLineEnd(file) : '';
        await file.appendFile(lineEnd + this.#lossNotice() + batch.join(''));
        this.#lost -= lost;
      } catch (error) {
        this.#lose(batch.length, messageOf(error));
        await this.#closeFile();
      }
    }
    this.#isWriting = false;
  }

  async #leaveMoved(): Promise<void> {
    const nowMs = performance.now();
    if (this.#file === null || nowMs - this.#checkedMs < CHECK_INTERVAL_MS) return;
    this.#checkedMs = nowMs;
    if (!(await isAt(this.#file, this.#options.file))) await this.#closeFile();
  }

  #takeBatch(): string[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#lines.length && (count === 0 || bytes < MAX_WRITE_BYTES)) {
      bytes += Buffer.byteLength(this.#lines[count] ?? '');
      count += 1;
    }
    this.#bytes -= bytes;
    return this.#lines.splice(0, count);
  }

  #lossNotice(): string {
    if (this.#lost === 0) return '';
    return this.#options.lostLine(`${this.#lost} lines lost here: ${this.#reason}`);
  }

  #lose(lines: number, reason: string): void {
    this.#lost += lines;
    this.#reason = reason;
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close().catch(() => undefined);
  }
}

/** A folder that was removed is made again. */
async function openForAppending(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a+', FILE_MODE);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return await open(path, 'a+', FILE_MODE);
  }
}

/** Whether the open file is the one at `path`. */
async function isAt(file: FileHandle, path: string): Promise<boolean> {
  const there = await stat(path, { bigint: true }).catch(() => null);
  if (there === null) return false;
  const { dev, ino } = await file.stat({ bigint: true });
  return there.dev === dev && there.ino === ino;
}
