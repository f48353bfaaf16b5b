import { codeOf } from '../../errors.ts';
import { type Colors, colorsFor } from '../text/colors.ts';
import { printableJson } from '../text/printable.ts';
import type { CliIo } from './io.ts';

const MAX_COLUMNS = 80;

/**
 * Data goes to standard output, messages to a person to standard error. When the reader of standard
 * output has gone (`vili trace | head -1`), `gone` is aborted and further data is dropped silently.
 */
export class Printer {
  readonly colors: Colors;
  /** Where text for people is wrapped. */
  readonly columns: number;
  readonly #io: CliIo;
  readonly #gone = new AbortController();

  constructor(io: CliIo) {
    this.#io = io;
    this.colors = colorsFor(io);
    this.columns = Math.max(40, Math.min(io.columns, MAX_COLUMNS));
    // Never removed: a pipe may report its broken end after the command has ended.
    io.stdout.on('error', (error: unknown) => {
      const code = codeOf(error);
      if (code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED') throw error;
      this.#gone.abort();
    });
  }

  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Prints lines of data. */
  data(lines: readonly string[]): void {
    if (this.#gone.signal.aborted || lines.length === 0) return;
    this.#io.stdout.write(`${lines.join('\n')}\n`);
  }

  json(value: unknown): void {
    this.data([printableJson(value, 2)]);
  }

  jsonLine(value: unknown): void {
    this.data([printableJson(value)]);
  }

  /** Prints a message to a person. */
  talk(text: string): void {
    this.#io.stderr.write(`${text}\n`);
  }

  /** Waits until the reader has received everything, or has gone. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      if (this.#gone.signal.aborted) return resolve();
      this.#gone.signal.addEventListener('abort', () => resolve(), { once: true });
      this.#io.stdout.write('', () => resolve());
    });
  }
}
