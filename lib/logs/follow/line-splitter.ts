import split from 'split2';

const NEWLINE = 0x0a;
/** Kept of a line that turns out to be too long: enough to find its level and the kind of its error. */
const HEAD_BYTES = 16_384;

export interface LineSplitterOptions {
  /** Longer lines are not kept; only their first 16 KiB are passed on. */
  readonly maxLineBytes: number;
  onLine(line: string): void;
  onOverlong(head: string): void;
}

/**
 * Splits bytes into lines. The adapter of split2, whose mapper takes each line as it is found, so
 * that nothing is queued, and whose `skipOverflow` bounds a line that never ends.
 */
export class LineSplitter {
  readonly #options: LineSplitterOptions;
  #stream: ReturnType<typeof split>;
  #emitted = 0;
  #pendingBytes = 0;
  #head: Buffer = Buffer.alloc(0);
  #searching = false;

  constructor(options: LineSplitterOptions) {
    this.#options = options;
    this.#stream = this.#createStream();
  }

  /** Bytes of the unfinished line; 0 once that line is too long to be kept. */
  get pendingBytes(): number {
    return this.#pendingBytes > this.#options.maxLineBytes ? 0 : this.#pendingBytes;
  }

  async write(bytes: Buffer): Promise<void> {
    const chunk = this.#searching ? this.#fromNextLine(bytes) : bytes;
    if (chunk.length === 0) return;
    const ended = countNewlines(chunk);
    const before = this.#emitted;
    const head = this.#head;
    const firstEnd = ended === 0 ? chunk.length : chunk.indexOf(NEWLINE);
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
    if (this.#emitted - before < ended) {
      this.#options.onOverlong(grown(head, chunk.subarray(0, firstEnd)).toString());
    }
    this.#notePending(chunk, ended);
  }

  /** Takes the unfinished line as the last one: its file has ended. */
  async end(): Promise<void> {
    if (this.#pendingBytes > this.#options.maxLineBytes) {
      this.#options.onOverlong(this.#head.toString());
    } else if (this.#pendingBytes > 0) {
      const stream = this.#stream;
      await new Promise<void>((resolve) => {
        stream.once('finish', resolve);
        stream.end();
      });
    }
    this.discard(false);
  }

  /** Drops the unfinished line; with `search` also all bytes up to the next line. */
  discard(search: boolean): void {
    this.#stream.destroy();
    this.#stream = this.#createStream();
    this.#searching = search;
    this.#pendingBytes = 0;
    this.#head = Buffer.alloc(0);
  }

  close(): void {
    this.#stream.destroy();
  }

  // Private

  #createStream(): ReturnType<typeof split> {
    // The types of split2 lack `skipOverflow`.
    const limits = { maxLength: this.#options.maxLineBytes, skipOverflow: true };
    const stream = split(/\n/, (line: string) => this.#take(line), limits);
    // Nothing is ever pushed, but a stream that is not read would never finish.
    stream.resume();
    return stream;
  }

  /** Returns nothing, so that split2 queues nothing. */
  #take(line: string): void {
    this.#emitted += 1;
    const isLong = line.length > this.#options.maxLineBytes;
    if (isLong) this.#options.onOverlong(line.slice(0, HEAD_BYTES));
    else this.#options.onLine(line);
  }

  #notePending(chunk: Buffer, ended: number): void {
    if (ended === 0) {
      this.#pendingBytes += chunk.length;
      this.#head = grown(this.#head, chunk);
      return;
    }
    const rest = chunk.subarray(chunk.lastIndexOf(NEWLINE) + 1);
    this.#pendingBytes = rest.length;
    this.#head = grown(Buffer.alloc(0), rest);
  }

  #fromNextLine(bytes: Buffer): Buffer {
    const end = bytes.indexOf(NEWLINE);
    if (end === -1) return bytes.subarray(bytes.length);
    this.#searching = false;
    return bytes.subarray(end + 1);
  }
}

function countNewlines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** A copy, since the buffer of the chunk is reused for the next read. */
function grown(head: Buffer, more: Buffer): Buffer {
  const room = HEAD_BYTES - head.length;
  return room <= 0 ? head : Buffer.concat([head, more.subarray(0, room)]);
}
