import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../../base/state/atomic-file.ts';
import { isOwnFolder, readRegular, UnexpectedFile } from '../../base/state/regular-file.ts';
import type { SampleSettings } from '../../compare/sample/choice.ts';
import type { Sample, SampleCopy, SampleLogs } from '../../compare/sample/sample.ts';
import { codeOf } from '../../errors.ts';
import { extractOf } from './log-extract.ts';
import { type SampleEntry, SampleIndex } from './sample-index.ts';

const FOLDER = 'samples';
const EXTENSION = '.json';
const ID = /^[0-9a-f]{8}$/;
/** Files considered in a folder, whatever it contains. */
const MAX_FILES = 10_000;
const MAX_WAITING = 500;
/** Read of all samples together where `samples.max_size` is not known. */
const MAX_BYTES = 67_108_864;
/** A file takes more than the text that counts: line breaks, and log lines that came later. */
const FILE_SHARE = 2;

/** The samples of one test, bounded, in its version's folder `samples`; they survive a restart. */
export class SampleStore {
  readonly #folder: string;
  readonly #settings: SampleSettings;
  readonly #onProblem: (error: unknown) => void;
  readonly #index = new SampleIndex();
  #bytes = 0;
  #waiting = 0;
  #isBroken = false;
  /** What is in the folder is of an earlier test, and makes room for the first sample. */
  #isStale = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(
    folder: string,
    settings: SampleSettings,
    onProblem: (error: unknown) => void,
  ) {
    this.#folder = folder;
    this.#settings = settings;
    this.#onProblem = onProblem;
  }

  /** Continues with the existing samples, or removes them for a fresh test. Never throws. */
  static async open(
    folder: string,
    fresh: boolean | 'at-first-sample',
    settings: SampleSettings,
    onProblem: (error: unknown) => void,
  ): Promise<SampleStore> {
    const store = new SampleStore(folder, settings, onProblem);
    try {
      if (fresh === 'at-first-sample') store.#isStale = true;
      else if (fresh) await rm(folder, { recursive: true, force: true });
      else await store.#load();
    } catch (error) {
      onProblem(error);
    }
    return store;
  }

  /** Queues a sample to be written; one beyond the bounds is dropped. */
  add(copy: SampleCopy): void {
    const { text, id, endpoint, signal, key, atMs } = copy;
    const size = Buffer.byteLength(text);
    const { maxBytes, perEndpoint } = this.#settings;
    if (!ID.test(id) || this.#index.get(id) !== undefined) return;
    if (this.#index.countOf(endpoint) >= perEndpoint) return;
    if (this.#bytes + size > maxBytes || this.#waiting >= MAX_WAITING) return;
    if (this.#isStale) this.#clear();
    this.#bytes += size;
    this.#waiting++;
    this.#index.set({ id, endpoint, signal, key, atMs, logs: null });
    this.#writing = this.#writing
      .then(() => this.#write(id, text))
      .catch((error: unknown) => {
        this.#index.delete(id);
        this.#bytes -= size;
        this.#report(error);
      })
      .finally(() => this.#waiting--);
  }

  /** Adds log lines to a known sample if they fit within the bounds. */
  addLogs(id: string, logs: SampleLogs): void {
    const entry = this.#index.get(id);
    const size = Buffer.byteLength(JSON.stringify(logs));
    if (entry === undefined || this.#bytes + size > this.#settings.maxBytes) return;
    this.#bytes += size;
    this.#index.set({ ...entry, logs: extractOf(logs) });
    this.#writing = this.#writing
      .then(() => this.#rewrite(id, logs))
      .catch((error: unknown) => this.#report(error));
  }

  /** Oldest first. */
  entries(): readonly SampleEntry[] {
    return this.#index.all();
  }

  /** Resolves when everything added so far was written. */
  async flush(): Promise<void> {
    await this.#writing;
  }

  // Private

  #clear(): void {
    this.#isStale = false;
    this.#writing = this.#writing
      .then(() => rm(this.#folder, { recursive: true, force: true }))
      .catch((error: unknown) => this.#report(error));
  }

  /** Once, until a sample can be written again. */
  #report(error: unknown): void {
    if (!this.#isBroken) this.#onProblem(error);
    this.#isBroken = true;
  }

  async #write(id: string, text: string): Promise<void> {
    // The version's folder itself is not created: once archived, it must not reappear.
    await mkdir(this.#folder, { mode: 0o700 }).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    if (!(await isOwnFolder(this.#folder))) throw new Error(`${this.#folder} is not a folder`);
    await writeFileAtomic(join(this.#folder, id + EXTENSION), text);
    this.#isBroken = false;
  }

  async #rewrite(id: string, logs: SampleLogs): Promise<void> {
    const sample = await readSample(this.#folder, id, this.#settings.maxBytes * FILE_SHARE);
    if (sample !== null) await this.#write(id, textOf({ ...sample, logs }));
  }

  async #load(): Promise<void> {
    for (const sample of await readSamples(this.#folder, this.#settings.maxBytes)) {
      const { id, endpoint, signal, key, at } = sample;
      const logs = sample.logs === undefined ? null : extractOf(sample.logs);
      this.#index.set({ id, endpoint, signal, key, atMs: Date.parse(at), logs });
      this.#bytes += JSON.stringify(sample).length;
    }
  }
}

/** A sample as written to its file. */
export function textOf(sample: Sample): string {
  return `${JSON.stringify(sample, null, 1)}\n`;
}

/**
 * The samples in a folder, as many as `samples.max_size` allows; empty when it is absent. What is not a sample is
 * left out: the service can write there, too.
 */
export async function readSamples(
  folder: string,
  maxBytes: number = MAX_BYTES,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  let leftBytes = maxBytes * FILE_SHARE;
  for (const id of await idsIn(folder)) {
    const text = await textOfFile(folder, id, leftBytes);
    leftBytes -= text.length;
    const sample = parseSample(text);
    if (sample?.id === id) samples.push(sample);
  }
  return samples;
}

/** The sample with this id, or null. */
export async function readSample(
  folder: string,
  id: string,
  maxBytes: number = MAX_BYTES,
): Promise<Sample | null> {
  if (!ID.test(id) || !(await isOwnFolder(folder))) return null;
  const sample = parseSample(await textOfFile(folder, id, maxBytes));
  return sample?.id === id ? sample : null;
}

/** Null for a text that is not a sample. */
export function parseSample(text: string): Sample | null {
  try {
    const sample = JSON.parse(text) as Partial<Sample> | null;
    const isSample = sample?.schema === 'vili.sample/1' && typeof sample.id === 'string';
    return isSample ? (sample as Sample) : null;
  } catch {
    return null;
  }
}

/** The folder of a version with the samples of its test. */
export function samplesFolder(versionFolder: string): string {
  return join(versionFolder, FOLDER);
}

// Private

/** Empty for a file that is absent, too large, or not a regular one. */
async function textOfFile(folder: string, id: string, maxBytes: number): Promise<string> {
  try {
    return (await readRegular(join(folder, id + EXTENSION), maxBytes)).toString();
  } catch (error) {
    if (error instanceof UnexpectedFile || codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

async function idsIn(folder: string): Promise<readonly string[]> {
  try {
    if (!(await isOwnFolder(folder))) return [];
    const names = await readdir(folder);
    const files = names.filter((name) => name.endsWith(EXTENSION));
    const ids = files.map((name) => name.slice(0, -EXTENSION.length));
    return ids.filter((id) => ID.test(id)).slice(0, MAX_FILES);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
