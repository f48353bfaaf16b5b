import { readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { messageOf } from '../../errors.ts';
import { parseServerFile, type ServerFile } from '../names/server-file.ts';
import { compareVersions } from '../names/version-order.ts';
import { type Arrival, look, newArrival } from './arrival.ts';
import { BaseUnreadable } from './scan.ts';

/** Names beyond that are not followed (and said so once): no base has so many server files. */
const MAX_FOLLOWED = 1000;
const MAX_PROBLEMS = 100;
const PROBLEM_AFTER_STABLE = 5;
const RESCAN_MS = 30_000;

export interface WatchOptions {
  readonly base: string;
  readonly identifier: string;
  /** Size and time of a file must stay the same that long before it is reported. */
  readonly stableMs: number;
  /** How often a file that is arriving is looked at. */
  readonly pollMs: number;
  /** Ends the watching like `close`. */
  readonly signal: AbortSignal;
  /** A stable file that is not whole is a problem after that long; default 5 x `stableMs`. */
  readonly problemMs?: number;
  /** The folder is read again that often, for file systems that report nothing; default 30 s. */
  readonly rescanMs?: number;
  /** Once per content of a server file; also for those there at start, oldest version first. */
  onFile(file: ServerFile): void;
  /** Once per problem: a file that is cut off, a watch that fails. */
  onProblem(text: string): void;
}

export interface ServerFileWatch {
  /** Reads the folder now; resolves when every name in it is being looked at. */
  rescan(): Promise<void>;
  /** Resolves when nothing is open any more; no report comes after that. */
  close(): Promise<void>;
}

/**
 * Reports every server file in base once it has arrived as a whole, however it comes: written
 * slowly in place, renamed in, copied, replaced in place. The system's notices only say where to
 * look; what counts is looked up. Throws `BaseUnreadable` when the folder cannot be read.
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
  /** Names that are arriving: looked at each `pollMs` until reported or gone. */
  readonly #followed = new Set<string>();
  /** Names with a notice since their look began: they are looked at again whatever it says. */
  readonly #noticed = new Set<string>();
  readonly #problems = new Set<string>();
  #watcher: FSWatcher | null = null;
  #poll: NodeJS.Timeout | null = null;
  #rescan: NodeJS.Timeout | null = null;
  #looking: Promise<void> = Promise.resolve();
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
    try {
      for (const name of await readdir(this.#base)) this.#follow(name);
    } catch (error) {
      const text = `cannot read the base folder ${this.#base}: ${messageOf(error)}`;
      throw new BaseUnreadable('VILI_BASE_UNREADABLE', text, { cause: error });
    }
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
    await this.#looking;
  }

  readonly #onAbort = (): void => void this.close();

  async #rescanQuietly(): Promise<void> {
    await this.rescan().catch((error: unknown) => this.#problem(messageOf(error)));
  }

  /** Resolves when the system's notices come in, or when it is clear that none will. */
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
        const hint = `files are seen within ${this.#options.rescanMs ?? RESCAN_MS} ms only`;
        this.#problem(`watching ${this.#base} fails (${hint}): ${messageOf(error)}`);
        resolve();
      });
    });
  }

  #isForeign(path: string): boolean {
    const full = resolve(path);
    if (full === this.#base) return false;
    if (dirname(full) !== this.#base) return true;
    return parseServerFile(this.#options.identifier, basename(full)) === undefined;
  }

  #follow(name: string): void {
    if (this.#closing !== null) return;
    if (this.#followed.has(name)) {
      this.#noticed.add(name);
      return;
    }
    const file = parseServerFile(this.#options.identifier, name);
    if (file === undefined) return;
    if (!this.#arrivals.has(name)) {
      if (this.#arrivals.size >= MAX_FOLLOWED) {
        this.#problem(
          `more than ${MAX_FOLLOWED} server files in ${this.#base}: the rest is not seen`,
        );
        return;
      }
      this.#arrivals.set(name, newArrival(file, performance.now()));
    }
    this.#followed.add(name);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#poll !== null || this.#closing !== null || this.#followed.size === 0) return;
    this.#poll = setTimeout(() => {
      this.#looking = this.#lookAtAll().finally(() => {
        this.#poll = null;
        this.#schedule();
      });
    }, this.#options.pollMs);
  }

  /** Oldest version first, so that a start reports the files in the order of their versions. */
  async #lookAtAll(): Promise<void> {
    const due = [...this.#followed].map((name) => this.#arrivals.get(name));
    const arrivals = due.filter((arrival) => arrival !== undefined);
    arrivals.sort((a, b) => compareVersions(a.file.version, b.file.version));
    for (const arrival of arrivals) await this.#lookAt(arrival);
  }

  async #lookAt(arrival: Arrival): Promise<void> {
    const { stableMs, problemMs = PROBLEM_AFTER_STABLE * stableMs } = this.#options;
    const settings = { base: this.#base, stableMs, problemMs };
    const name = arrival.file.fileName;
    this.#noticed.delete(name);
    const result = await look(arrival, performance.now(), settings);
    if (this.#closing !== null || result.kind === 'waiting') return;
    if (!this.#noticed.has(name)) this.#followed.delete(name);
    if (result.kind === 'gone') this.#forget(arrival);
    if (result.kind === 'whole') this.#options.onFile(result.file);
    if (result.kind === 'problem') this.#options.onProblem(result.text);
  }

  /** A file that comes back is reported again; while it is followed its record must stay. */
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
