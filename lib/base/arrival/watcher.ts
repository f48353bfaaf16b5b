import { lstat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { messageOf } from '../../errors.ts';
import { nearMissOf } from '../names/near-miss.ts';
import { parseServerFile, type ServerFile } from '../names/server-file.ts';
import { compareVersions } from '../names/version-order.ts';
import { ACCEPT_EXTENSION, parseAcceptFile } from './accept-file.ts';
import { type Arrival, newArrival, pollArrival } from './arrival.ts';
import { namesIn } from './scan.ts';

/** Further names are not followed, which is reported once: no base has so many server files. */
const MAX_FOLLOWED = 1000;
const MAX_PROBLEMS = 100;
const PROBLEM_AFTER_STABLE = 5;
const RESCAN_MS = 30_000;

export interface WatchOptions {
  readonly base: string;
  readonly identifier: string;
  /** Size and time of a file must stay unchanged for this long before it is reported. */
  readonly stableMs: number;
  /** Interval at which an arriving file is polled. */
  readonly pollMs: number;
  /** Ends the watch, as `close` does. */
  readonly signal: AbortSignal;
  /** A stable but incomplete file is a problem after this long; default 5 x `stableMs`. */
  readonly problemMs?: number;
  /** Interval at which the folder is read again, for file systems without events; default 30 s. */
  readonly rescanMs?: number;
  /** Called once per content of a server file, including files present at start, oldest version first. */
  onFile(file: ServerFile): void;
  /** The same for a file that declares differences of a version. */
  onAcceptFile?(file: ServerFile): void;
  /** Called once for each file whose name nearly is that of a server file, with the reason and the right name. */
  onNearMiss?(fileName: string, text: string): void;
  /** Called once per problem: a truncated file, a watch that fails. */
  onProblem(text: string): void;
}

export interface ServerFileWatch {
  /** Reads the folder now; resolves when every name in it is being polled. */
  rescan(): Promise<void>;
  /** Resolves when nothing is open any more; no report comes after that. */
  close(): Promise<void>;
}

/**
 * Reports every server file in base once it has arrived completely, however it comes: written
 * slowly in place, renamed into base, copied, replaced in place. File-system events only say where
 * to look; polling decides. Throws `BaseUnreadable` when the folder cannot be read.
 */
export async function watchServerFiles(options: WatchOptions): Promise<ServerFileWatch> {
  const watch = new Watch(options);
  try {
    await watch.open();
  } catch (error) {
    await watch.close();
    throw error;
  }
  return { rescan: () => watch.rescan(), close: () => watch.close() };
}

// Private

class Watch {
  readonly #options: WatchOptions;
  readonly #base: string;
  readonly #arrivals = new Map<string, Arrival>();
  /** Names of arriving files: polled every `pollMs` until reported or gone. */
  readonly #followed = new Set<string>();
  /** Names with an event since their poll began: they are polled again whatever the result. */
  readonly #touched = new Set<string>();
  readonly #problems = new Set<string>();
  readonly #nearMisses = new Set<string>();
  #watcher: FSWatcher | null = null;
  #poll: NodeJS.Timeout | null = null;
  #rescan: NodeJS.Timeout | null = null;
  #polling: Promise<void> = Promise.resolve();
  #closing: Promise<void> | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#base = resolve(options.base);
  }

  async open(): Promise<void> {
    const { signal, rescanMs = RESCAN_MS } = this.#options;
    signal.throwIfAborted();
    signal.addEventListener('abort', this.#onAbort);
    await this.rescan();
    await this.#watchFolder();
    await this.rescan();
    if (this.#closing !== null) return;
    this.#rescan = setInterval(() => void this.#rescanQuietly(), rescanMs);
  }

  async rescan(): Promise<void> {
    for (const name of await namesIn(this.#base)) this.#follow(name);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    if (this.#poll !== null) clearTimeout(this.#poll);
    if (this.#rescan !== null) clearInterval(this.#rescan);
    this.#followed.clear();
    await this.#watcher?.close();
    await this.#polling;
  }

  readonly #onAbort = (): void => void this.close();

  async #rescanQuietly(): Promise<void> {
    await this.rescan().catch((error: unknown) => this.#problem(messageOf(error)));
  }

  /** Resolves when file-system events arrive, or when it is clear that none will. */
  async #watchFolder(): Promise<void> {
    const watcher = watch(this.#base, {
      depth: 0,
      ignoreInitial: false,
      alwaysStat: false,
      ignored: (path) => this.#isForeign(path),
    });
    this.#watcher = watcher;
    const onName = (path: string): void => this.#follow(basename(path));
    watcher.on('add', onName).on('change', onName).on('unlink', onName);
    watcher.on('raw', (_event, name: string | null) => this.#follow(basename(name ?? '')));
    await new Promise<void>((resolve) => {
      watcher.on('ready', resolve);
      watcher.on('error', (error) => {
        const hint = `new files are noticed within ${this.#options.rescanMs ?? RESCAN_MS} ms only`;
        this.#problem(`watching ${this.#base} fails (${hint}): ${messageOf(error)}`);
        resolve();
      });
    });
  }

  #isForeign(path: string): boolean {
    const full = resolve(path);
    if (full === this.#base) return false;
    if (dirname(full) !== this.#base) return true;
    return this.#parse(basename(full)) === undefined;
  }

  #follow(name: string): void {
    if (this.#closing !== null) return;
    if (this.#followed.has(name)) {
      this.#touched.add(name);
      return;
    }
    const file = this.#parse(name);
    if (file === undefined) {
      void this.#considerNearMiss(name);
      return;
    }
    if (!this.#arrivals.has(name)) {
      if (this.#arrivals.size >= MAX_FOLLOWED) {
        this.#problem(
          `more than ${MAX_FOLLOWED} server files in ${this.#base}: the others are ignored`,
        );
        return;
      }
      this.#arrivals.set(name, newArrival(file, performance.now()));
    }
    this.#followed.add(name);
    this.#schedule();
  }

  #parse(name: string): ServerFile | undefined {
    const { identifier } = this.#options;
    return parseServerFile(identifier, name) ?? parseAcceptFile(identifier, name);
  }

  #report(file: ServerFile): void {
    if (file.extension === ACCEPT_EXTENSION) this.#options.onAcceptFile?.(file);
    else this.#options.onFile(file);
  }

  /** Links such as `IDENTIFIER.jar` are others' business. */
  async #considerNearMiss(name: string): Promise<void> {
    if (this.#nearMisses.has(name) || this.#nearMisses.size >= MAX_FOLLOWED) return;
    const text = nearMissOf(this.#options.identifier, name);
    if (text === null) return;
    const stats = await lstat(join(this.#base, name)).catch(() => null);
    if (stats?.isFile() !== true || this.#nearMisses.has(name) || this.#closing !== null) return;
    this.#nearMisses.add(name);
    this.#options.onNearMiss?.(name, text);
  }

  #schedule(): void {
    if (this.#poll !== null || this.#closing !== null || this.#followed.size === 0) return;
    this.#poll = setTimeout(() => {
      this.#polling = this.#pollAll().finally(() => {
        this.#poll = null;
        this.#schedule();
      });
    }, this.#options.pollMs);
  }

  /** Oldest version first, so that a start reports the files in the order of their versions. */
  async #pollAll(): Promise<void> {
    const arrivals = [...this.#followed].flatMap((name) => this.#arrivals.get(name) ?? []);
    arrivals.sort((a, b) => compareVersions(a.file.version, b.file.version));
    for (const arrival of arrivals) await this.#pollOne(arrival);
  }

  async #pollOne(arrival: Arrival): Promise<void> {
    const { stableMs, problemMs = PROBLEM_AFTER_STABLE * stableMs } = this.#options;
    const settings = { base: this.#base, stableMs, problemMs };
    const name = arrival.file.fileName;
    this.#touched.delete(name);
    const result = await pollArrival(arrival, performance.now(), settings);
    if (this.#closing !== null || result.kind === 'waiting') return;
    if (!this.#touched.has(name)) this.#followed.delete(name);
    if (result.kind === 'gone') this.#forget(arrival);
    if (result.kind === 'complete') this.#report(result.file);
    if (result.kind === 'problem') this.#options.onProblem(result.text);
  }

  /** A file that reappears is reported again; while its name is followed, its record must stay. */
  #forget(arrival: Arrival): void {
    const name = arrival.file.fileName;
    if (this.#followed.has(name))
      this.#arrivals.set(name, newArrival(arrival.file, performance.now()));
    else this.#arrivals.delete(name);
  }

  #problem(text: string): void {
    if (this.#closing !== null || this.#problems.has(text)) return;
    if (this.#problems.size >= MAX_PROBLEMS) this.#problems.clear();
    this.#problems.add(text);
    this.#options.onProblem(text);
  }
}
