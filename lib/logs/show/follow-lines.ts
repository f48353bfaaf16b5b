import { messageOf } from '../../errors.ts';
import type { LinesWanted, ShownLine } from '../../model/logs/shown-line.ts';
import type { LogOffset } from '../follow/batch.ts';
import { LineSplitter } from '../follow/line-splitter.ts';
import { FOLLOW_LIMITS } from '../follow/protocol.ts';
import { LogTail } from '../follow/tail.ts';
import { inSlices, type LogFile } from './last-lines.ts';
import { LineReader, type ShowOptions } from './line-reader.ts';

const POLL_MS = 250;
/** What a poll reads of a file; the rest of a faster one is skipped, and told. */
const MAX_BYTES_PER_POLL = 65_536;

export interface LineEvents {
  line(line: ShownLine): void;
  /** So many bytes of this file came too fast to be shown. */
  skipped(file: string, bytes: number): void;
  problem(text: string): void;
}

interface Followed {
  readonly tail: LogTail;
  readonly splitter: LineSplitter;
  readonly reader: LineReader;
  readonly waiting: string[];
}

/**
 * Hands over new lines of the files of a log, through rotation and truncation, until `close`. `locate` is asked at each
 * poll which files these are, since another process of the service has others; those that are new are read from
 * `offsets`, else from their start.
 */
export class LineFollower {
  readonly #locate: () => Promise<readonly LogFile[]>;
  readonly #wanted: Omit<LinesWanted, 'limit'>;
  readonly #options: ShowOptions;
  readonly #offsets: Map<string, LogOffset>;
  readonly #events: LineEvents;
  readonly #followed = new Map<string, Followed>();
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  #lastProblem = '';

  constructor(
    locate: () => Promise<readonly LogFile[]>,
    wanted: Omit<LinesWanted, 'limit'>,
    options: ShowOptions,
    offsets: ReadonlyMap<string, LogOffset>,
    events: LineEvents,
  ) {
    this.#locate = locate;
    this.#wanted = wanted;
    this.#options = options;
    this.#offsets = new Map(offsets);
    this.#events = events;
    this.#wait();
  }

  close(): void {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const path of this.#followed.keys()) this.#leave(path);
  }

  // Private

  #wait(): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#poll().finally(() => this.#wait()), POLL_MS);
  }

  async #poll(): Promise<void> {
    try {
      const files = await this.#locate();
      for (const [path, followed] of this.#followed) {
        await this.#read(path, followed);
        // A process that has ended writes no more.
        if (!files.some((file) => file.path === path)) this.#leave(path);
      }
      for (const file of files) {
        if (!this.#followed.has(file.path) && !this.#isClosed) this.#begin(file);
      }
      this.#lastProblem = '';
    } catch (error) {
      const text = messageOf(error);
      if (text !== this.#lastProblem && !this.#isClosed) this.#events.problem(text);
      this.#lastProblem = text;
    }
  }

  #begin({ path, name }: LogFile): void {
    const waiting: string[] = [];
    const tail = new LogTail(path, this.#offsets.get(path) ?? null);
    this.#offsets.delete(path);
    const splitter = new LineSplitter({
      maxLineBytes: FOLLOW_LIMITS.maxLineBytes,
      onLine: (line) => waiting.push(line),
      onOverlong: (head) => waiting.push(head),
    });
    const reader = new LineReader(name, this.#wanted, this.#options);
    this.#followed.set(path, { tail, splitter, reader, waiting });
  }

  async #read(path: string, { tail, splitter, reader, waiting }: Followed): Promise<void> {
    await tail.poll(MAX_BYTES_PER_POLL, {
      chunk: (bytes) => splitter.write(bytes),
      skipped: (bytes) => {
        this.#events.skipped(path, bytes);
        splitter.discard(true);
      },
      ended: () => splitter.end(),
      truncated: () => splitter.discard(false),
    });
    await inSlices(waiting.splice(0), (text) => {
      const line = reader.find(text);
      if (line !== null && !this.#isClosed) this.#events.line(reader.show(line));
    });
  }

  #leave(path: string): void {
    const followed = this.#followed.get(path);
    this.#followed.delete(path);
    followed?.splitter.close();
    void followed?.tail.close().catch(() => undefined);
  }
}
