import { basename } from 'node:path';
import { stat } from 'node:fs/promises';
import type { LogBatch, LogOffset } from './batch.ts';
import { FollowLoop, type Polled } from './loop.ts';
import { openLog } from './open-log.ts';
import type { FollowSettings } from './protocol.ts';

/** A service may take this long to create its log file before its other outputs are looked at. */
const GRACE_MS = 2000;
/** Bytes of an output searched at a time for its first JSON line. */
const SEARCHED_BYTES = 65_536;

/** One output of the service beside its log file. */
interface Output {
  readonly path: string;
  searchedTo: number;
  /** Followed once a JSON line was seen there. */
  loop: FollowLoop | null;
  offset: LogOffset | null;
  readToMs: number;
}

/**
 * Follows the log file of a service where there is one, and otherwise those of its other outputs that have
 * JSON lines: many a service writes its log to stdout or stderr. Each poll hands over one batch at most.
 */
export class SourcesLoop {
  readonly #settings: FollowSettings;
  readonly #now: () => number;
  readonly #sinceMs: number;
  readonly #file: FollowLoop;
  readonly #outputs: readonly Output[];
  #hasFile = false;
  #next = 0;

  constructor(settings: FollowSettings, now: () => number) {
    this.#settings = settings;
    this.#now = now;
    this.#sinceMs = now();
    const { from, otherPaths = [] } = settings;
    const known = from === null ? [] : [from, ...(from.others ?? [])];
    const own = known.find(({ path }) => path === undefined) ?? null;
    this.#file = new FollowLoop({ ...settings, from: own }, now);
    this.#outputs = otherPaths.map((path) => {
      const offset = known.find((it) => it.path === path) ?? null;
      return {
        path,
        searchedTo: 0,
        loop: offset === null ? null : this.#follow(path, offset),
        offset,
        readToMs: Number.NEGATIVE_INFINITY,
      };
    });
  }

  /** Reads once, for some time at most. */
  async poll(maxMs?: number): Promise<Polled> {
    const startMs = this.#now();
    if (this.#outputs.length === 0 || (await this.#isThere())) return this.#file.poll(maxMs);
    if (startMs - this.#sinceMs >= GRACE_MS) await this.#search(startMs);
    for (let tried = 0; tried < this.#outputs.length; tried += 1) {
      const output = this.#outputs[this.#next % this.#outputs.length];
      this.#next += 1;
      const polled = await output?.loop?.poll(maxMs);
      if (output === undefined || polled === undefined) continue;
      const { batch, problem } = polled;
      output.readToMs = polled.readToMs;
      if (batch === null && problem === null) continue;
      const own = batch === null ? null : this.#from(output, batch);
      return { batch: own, problem, readToMs: this.#readToMs };
    }
    return { batch: null, problem: null, readToMs: this.#readToMs };
  }

  async close(): Promise<void> {
    await this.#file.close();
    for (const { loop } of this.#outputs) await loop?.close();
  }

  // Private

  /** From the first moment that there is a log file, it alone is the log. */
  async #isThere(): Promise<boolean> {
    if (this.#hasFile) return true;
    const found = await stat(this.#settings.path).catch(() => null);
    if (found === null) return false;
    this.#hasFile = true;
    for (const output of this.#outputs) {
      await output.loop?.close();
      output.loop = null;
    }
    return true;
  }

  #follow(path: string, from: LogOffset | null): FollowLoop {
    return new FollowLoop({ ...this.#settings, path, from }, this.#now);
  }

  async #search(startMs: number): Promise<void> {
    for (const output of this.#outputs) {
      if (output.loop !== null) continue;
      if (await hasJsonLine(output).catch(() => false)) {
        output.loop = this.#follow(output.path, null);
      } else output.readToMs = startMs;
    }
  }

  get #readToMs(): number {
    return Math.min(...this.#outputs.map(({ readToMs }) => readToMs));
  }

  /** The batch, with where it comes from and how far the other outputs were read. */
  #from(output: Output, batch: LogBatch): LogBatch {
    output.offset = { ...batch.offset, path: output.path };
    const others = this.#outputs.flatMap((it) => (it === output ? [] : (it.offset ?? [])));
    const format = `${batch.format === '' ? 'text' : batch.format}, from ${basename(output.path)}`;
    const offset = { ...output.offset, others };
    return { ...batch, format, offset, readToMs: this.#readToMs };
  }
}

// Private

/** Whether a complete line in the next part is a JSON object. */
async function hasJsonLine(output: Output): Promise<boolean> {
  const file = await openLog(output.path);
  try {
    const { size } = await file.stat();
    if (size < output.searchedTo) output.searchedTo = 0;
    const length = Math.min(size - output.searchedTo, SEARCHED_BYTES);
    if (length <= 0) return false;
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(length),
      0,
      length,
      output.searchedTo,
    );
    const end = buffer.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
    // A line that fills the whole part is read over.
    output.searchedTo += end === 0 && bytesRead === SEARCHED_BYTES ? bytesRead : end;
    return buffer.toString('utf8', 0, end).split('\n').some(isJsonObject);
  } finally {
    await file.close();
  }
}

function isJsonObject(line: string): boolean {
  const text = line.trim();
  if (!text.startsWith('{') || !text.endsWith('}')) return false;
  try {
    return Object.keys(JSON.parse(text) as object).length > 0;
  } catch {
    return false;
  }
}
