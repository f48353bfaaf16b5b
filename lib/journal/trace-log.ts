import { open, readFile } from 'node:fs/promises';
import { missingLineEnd, writeFileAtomic } from '../base/state/atomic-file.ts';
import { attempt, codeOf, messageOf } from '../errors.ts';

/** Records are written in batches, at most this late; a kill loses no more than that. */
const WRITE_DELAY_MS = 300;

/** A record that may carry a correlation id. */
export interface TraceLogRecord {
  readonly correlation: string | null;
}

export interface TraceLogOptions {
  readonly path: string;
  /** How many of the newest records are kept at least; up to twice as many in memory and on disk. */
  readonly maxRecords: number;
  readonly onProblem: (text: string) => void;
}

/**
 * The trace records that carry a correlation id, and so the path of every version through Vili. They
 * are kept apart from the trace ring, which wraps within minutes, and survive restarts of Vili.
 */
export class TraceLog<R extends TraceLogRecord> {
  readonly #options: TraceLogOptions;
  readonly #records: R[];
  #lines: number;
  #unwritten: R[] = [];
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #broken = false;

  private constructor(options: TraceLogOptions, records: R[]) {
    this.#options = options;
    this.#records = records;
    this.#lines = records.length;
  }

  /** Reads the records of an earlier Vili; a torn last line and foreign lines are ignored. */
  static async open<R extends TraceLogRecord>(options: TraceLogOptions): Promise<TraceLog<R>> {
    const { path, maxRecords, onProblem } = options;
    try {
      const lines = (await readFile(path, 'utf8')).split('\n');
      const records = lines.flatMap((line) => recordOf<R>(line));
      return new TraceLog(options, records.slice(-maxRecords));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT')
        onProblem(`the trace log cannot be read: ${messageOf(error)}`);
      return new TraceLog(options, []);
    }
  }

  add(record: R): void {
    if (record.correlation === null) return;
    this.#records.push(record);
    const { maxRecords } = this.#options;
    if (this.#records.length > 2 * maxRecords) this.#records.splice(0, maxRecords);
    this.#unwritten.push(record);
    this.#timer ??= setTimeout(() => this.#flush(), WRITE_DELAY_MS).unref();
  }

  /** The newest `limit` records with this correlation id, oldest first. */
  read(correlation: string, limit: number): readonly R[] {
    return this.#records.filter((record) => record.correlation === correlation).slice(-limit);
  }

  /** Writes everything that is still pending. */
  async close(): Promise<void> {
    this.#flush();
    await this.#writing;
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const records = this.#unwritten;
    this.#unwritten = [];
    if (records.length > 0) this.#writing = this.#writing.then(() => this.#write(records));
  }

  async #write(records: readonly R[]): Promise<void> {
    const { path, maxRecords, onProblem } = this.#options;
    try {
      if (this.#lines + records.length > 2 * maxRecords) {
        const kept = this.#records.slice(-maxRecords);
        await writeFileAtomic(path, linesOf(kept));
        this.#lines = kept.length;
      } else {
        await appendLines(path, linesOf(records));
        this.#lines += records.length;
      }
      this.#broken = false;
    } catch (error) {
      if (!this.#broken) onProblem(`the trace log cannot be written: ${messageOf(error)}`);
      this.#broken = true;
    }
  }
}

// Private

/** What a full disk tore stands alone. */
async function appendLines(path: string, lines: string): Promise<void> {
  const file = await open(path, 'a+', 0o600);
  try {
    await file.appendFile((await missingLineEnd(file)) + lines);
  } finally {
    await file.close();
  }
}

function linesOf(records: readonly TraceLogRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

function recordOf<R extends TraceLogRecord>(line: string): R[] {
  const record: unknown = attempt(() => JSON.parse(line), null);
  const isRecord = typeof record === 'object' && record !== null && 'correlation' in record;
  return isRecord ? [record as R] : [];
}
