import type { Stats } from 'node:fs';
import { type FileHandle, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf, ViliError } from '../../errors.ts';
import { steadyNow } from '../../runtime/clock.ts';
import type { LogOffset } from './batch.ts';
import { openLog } from './open-log.ts';
import { ReadMark } from './read-mark.ts';

const CHUNK_BYTES = 64 * 1024;
/** A writer may continue a renamed file briefly; it is left after this many polls without data. */
const IDLE_POLLS_BEFORE_SWITCH = 2;
/** A renamed file is left after this many polls in any case, as a writer may never release it. */
const MAX_POLLS_BEFORE_SWITCH = 20;
/** Files of the log's folder searched for a file that was renamed while it was not followed. */
const MAX_SIBLINGS = 1000;

/** Receives what the tail finds, in the order of the file. */
export interface TailSink {
  chunk(bytes: Buffer): Promise<void>;
  /** Bytes were skipped; the next chunk begins in the middle of a line. */
  skipped(bytes: number): void;
  /** The file has ended for good, and its last line is complete. */
  ended(): Promise<void>;
  /** The file was emptied; an unfinished line is lost. */
  truncated(): void;
}

interface PollLimits {
  readonly maxBytes: number;
  readonly maxMs: number;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: number;
  position: number;
}

/**
 * Follows one path through rename rotation and copy-truncate by polling. A poll reads at most
 * `maxBytes`, and less where that takes too long; when more than `maxBytes` is still left, the rest is
 * skipped, so that a flood costs no more than a busy log. A file that is emptied and grows beyond its old size between two polls is taken
 * for one that grew: the file system does not distinguish them.
 */
export class LogTail {
  readonly #path: string;
  readonly #now: () => number;
  readonly #buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  readonly #mark = new ReadMark();
  #from: LogOffset | null;
  #file: OpenFile | null = null;
  #replacedPolls = 0;
  #idlePolls = 0;

  constructor(path: string, from: LogOffset | null, now = steadyNow) {
    this.#path = path;
    this.#now = now;
    this.#from = from;
  }

  /** How far the file was read, an unfinished line included; null before there is a file. */
  get offset(): LogOffset | null {
    if (this.#file === null) return this.#from;
    return { inode: this.#file.inode, position: this.#file.position };
  }

  /** All that was written before is read, or skipped for good. */
  get readToMs(): number {
    return this.#mark.toMs;
  }

  /**
   * Reads what is new; after `maxMs` no further part of the file is begun. Throws the file system's error when the path exists but cannot be read, and
   * ViliError `VILI_LOG_NOT_A_FILE`; after `close`, the next poll opens the path again.
   */
  async poll(maxBytes: number, sink: TailSink, maxMs = Number.POSITIVE_INFINITY): Promise<void> {
    const startMs = this.#now();
    try {
      await this.#poll(startMs, { maxBytes, maxMs }, sink);
    } catch (error) {
      // What cannot be read will not be known later either.
      this.#mark.reached(startMs);
      throw error;
    }
  }

  /** Closes the file; a later poll continues where the last one stopped. */
  async close(): Promise<void> {
    const file = this.#file;
    this.#from = this.offset;
    this.#file = null;
    await file?.handle.close();
  }

  // Private

  async #poll(startMs: number, limits: PollLimits, sink: TailSink): Promise<void> {
    const current = await statOrNull(this.#path);
    if (current !== null && !current.isFile()) {
      throw new ViliError('VILI_LOG_NOT_A_FILE', `log ${this.#path} is not a regular file`);
    }
    if (this.#file === null) {
      this.#file = await this.#openFirst(current);
      if (this.#file === null) return this.#mark.reached(startMs);
      // Another position than before: a line begun there does not continue here.
      if (this.#from !== null && this.#file.position !== this.#from.position) sink.truncated();
    }
    const { read, left } = await this.#read(this.#file, limits, sink);
    if (current === null || current.ino === this.#file.inode) {
      return this.#mark.polled(startMs, left);
    }
    this.#mark.replaced(startMs);
    if (this.#mayLeave(read)) await this.#switch(sink);
  }

  async #openFirst(current: Stats | null): Promise<OpenFile | null> {
    const from = this.#from;
    if (from !== null && current?.ino !== from.inode) {
      const renamed = await findByInode(this.#path, from.inode);
      if (renamed !== null) return openAt(renamed, from);
    }
    return current === null ? null : openAt(this.#path, from);
  }

  /** How much was read, and how much of what was there is left. */
  async #read(
    file: OpenFile,
    { maxBytes, maxMs }: PollLimits,
    sink: TailSink,
  ): Promise<{ read: number; left: number }> {
    const untilMs = performance.now() + maxMs;
    const { size } = await file.handle.stat();
    if (size < file.position) {
      file.position = 0;
      sink.truncated();
    }
    let left = Math.min(size - file.position, maxBytes);
    const wanted = left;
    while (left > 0 && (left === wanted || performance.now() < untilMs)) {
      const length = Math.min(left, CHUNK_BYTES);
      const { bytesRead } = await file.handle.read(this.#buffer, 0, length, file.position);
      if (bytesRead === 0) break;
      file.position += bytesRead;
      left -= bytesRead;
      await sink.chunk(this.#buffer.subarray(0, bytesRead));
    }
    const behind = Math.max(0, size - file.position);
    const isSkipped = behind > maxBytes;
    if (isSkipped) {
      file.position = size;
      sink.skipped(behind);
    }
    this.#mark.passed(wanted - left + (isSkipped ? behind : 0));
    return { read: wanted - left, left: isSkipped ? 0 : behind };
  }

  #mayLeave(read: number): boolean {
    this.#replacedPolls += 1;
    this.#idlePolls = read === 0 ? this.#idlePolls + 1 : 0;
    const isIdle = this.#idlePolls >= IDLE_POLLS_BEFORE_SWITCH;
    return isIdle || this.#replacedPolls >= MAX_POLLS_BEFORE_SWITCH;
  }

  async #switch(sink: TailSink): Promise<void> {
    await sink.ended();
    this.#mark.switched();
    await this.close();
    this.#from = null;
    this.#replacedPolls = 0;
    this.#idlePolls = 0;
    this.#file = await openAt(this.#path, null).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    });
  }
}

async function openAt(path: string, from: LogOffset | null): Promise<OpenFile> {
  const handle = await openLog(path);
  try {
    const { ino, size } = await handle.stat();
    const resumes = from !== null && from.inode === ino && from.position <= size;
    return { handle, inode: ino, position: resumes ? from.position : 0 };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** A file that was renamed while it was not followed is still in the same folder. */
async function findByInode(path: string, inode: number): Promise<string | null> {
  const folder = dirname(path);
  const stem = basename(path).replace(/\.[^.]*$/, '');
  const names = await readdir(folder).catch(() => []);
  const candidates = names.filter((name) => name.startsWith(stem)).slice(0, MAX_SIBLINGS);
  for (const name of candidates) {
    const found = await statOrNull(join(folder, name)).catch(() => null);
    if (found?.ino === inode && found.isFile()) return join(folder, name);
  }
  return null;
}

async function statOrNull(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
