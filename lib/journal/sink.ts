import { type FileHandle, open } from 'node:fs/promises';

const FILE_MODE = 0o640;
/** Lines that wait longer than one write are written together, up to that many bytes. */
const MAX_WRITE_BYTES = 256 * 1024;

/** Where lines go: a file, or standard output. */
export interface Sink {
  /** Takes a line with its line end; never throws and never waits. */
  write(line: string): void;
  /** Resolves when everything taken so far is written or lost. */
  flush(): Promise<void>;
  /** Opens the file anew, after what was taken so far is written. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export interface SinkOptions {
  readonly file: string;
  /** Lines beyond that many waiting bytes are dropped and counted. */
  readonly maxPendingBytes: number;
  /** Called when lines were lost (disk full, too many at once), before the next line is written. */
  lostLine(lines: number, reason: string): string;
}

/**
 * Appends lines to a file in the background, one write at a time. A failing write loses its lines and
 * nothing else: the next lines are tried again, and a line says how many were lost and why.
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
  #isClosed = false;
  /** Everything that touches the file happens in this order. */
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
    this.#work = this.#work.then(() => this.#closeFile());
    await this.#work;
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
        this.#file ??= await open(this.#options.file, 'a+', FILE_MODE);
        const mend = lost > 0 ? await lineEndMissing(this.#file) : '';
        await this.#file.appendFile(mend + this.#lossNotice() + batch.join(''));
        this.#lost -= lost;
      } catch (error) {
        this.#lose(batch.length, error instanceof Error ? error.message : String(error));
        await this.#closeFile();
      }
    }
    this.#isWriting = false;
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
    return this.#lost === 0 ? '' : this.#options.lostLine(this.#lost, this.#reason);
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

/** A write that failed half-way left a part of a line; the next must not be glued to it. */
async function lineEndMissing(file: FileHandle): Promise<string> {
  const { size } = await file.stat();
  const last = Buffer.alloc(1);
  if (size > 0) await file.read(last, 0, 1, size - 1);
  return size > 0 && last.toString() !== '\n' ? '\n' : '';
}
