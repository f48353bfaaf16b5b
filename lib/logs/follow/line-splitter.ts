import split from 'split2';

const NEWLINE = 0x0a;
/** Kept of a line that turns out too long: enough to find its level. */
const HEAD_BYTES = 2048;

export interface LineSplitterOptions {
  /** Longer lines are not kept; only their first 2 KiB are handed on. */
  readonly maxLineBytes: number;
  onLine(line: string): void;
  onOverlong(head: string): void;
}

/**
 * Cuts bytes into lines. The one place that knows split2: its mapper takes each line as it is
 * found, so that nothing is queued, and `skipOverflow` bounds a line that never ends.
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

  /** Bytes of the line that has not ended yet; 0 once that line is too long to be kept. */
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
      this.#options.onOverlong(textOf(grown(head, chunk.subarray(0, firstEnd))));
    }
    this.#notePending(chunk, ended);
  }

  /** Takes what is there as the last line: its file has ended. */
  async end(): Promise<void> {
    if (this.#pendingBytes > this.#options.maxLineBytes) {
      this.#options.onOverlong(textOf(this.#head));
    } else if (this.#pendingBytes > 0) {
      const stream = this.#stream;
      await new Promise<void>((resolve) => {
        stream.once('finish', resolve);
        stream.end();
      });
    }
    this.discard(false);
  }

  /** Forgets the line that has not ended; with `search` also all bytes up to the next line. */
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
    // Its types do not know `skipOverflow`.
    const limits = { maxLength: this.#options.maxLineBytes, skipOverflow: true };
    const stream = split(/\n/, (line: string) => this.#take(line), limits);
    // Nothing is ever pushed, but an unread stream would hold the end back.
    stream.resume();
    return stream;
  }

  /** Returns nothing, so that split2 queues nothing. */
  #take(line: string): void {
    this.#emitted += 1;
    if (line.length > this.#options.maxLineBytes)
      this.#options.onOverlong(line.slice(0, HEAD_BYTES));
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

/** A copy, since the chunk it comes from is read into again. */
function grown(head: Buffer, more: Buffer): Buffer {
  const room = HEAD_BYTES - head.length;
  return room <= 0 ? head : Buffer.concat([head, more.subarray(0, room)]);
}

function textOf(bytes: Buffer): string {
  return bytes.toString('utf8');
}
