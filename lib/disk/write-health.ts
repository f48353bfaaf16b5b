import { messageOf } from '../errors.ts';

/** What can fail is named by constants; more names than this are not kept. */
const NAMES_MAX = 32;
/** The operating system's name of an error, within a message. */
const SYSTEM_CODE = /\bE[A-Z0-9]{3,}\b/;

/** Whether the operating system refused it, and not Vili: a full disk, rights, a broken disk. */
export function isSystemFailure(error: unknown): boolean {
  return SYSTEM_CODE.test(messageOf(error));
}

/** Something that cannot be written now. */
export interface FailingWrite {
  /** `the state`, `the history`, … */
  readonly what: string;
  /** Of the last failure. */
  readonly problem: string;
  /** Milliseconds since 1970 of the first failure in a row. */
  readonly sinceMs: number;
  /** How many writes failed in a row. */
  readonly failures: number;
}

export interface WriteHealthOptions {
  readonly journal: {
    notice(text: string): void;
    error(text: string): void;
    crit(text: string): void;
  };
  readonly now: () => number;
}

type Level = 'error' | 'crit';

/**
 * Which of Vili's own writes fail. A failure costs that write only; it is reported once, however often it is repeated,
 * and once more when its cause changes. The first write that succeeds ends it, which is reported too.
 */
export class WriteHealth {
  readonly #options: WriteHealthOptions;
  readonly #failing = new Map<string, FailingWrite & { readonly cause: string }>();

  constructor(options: WriteHealthOptions) {
    this.#options = options;
  }

  /** Runs a write and notes how it ended; rethrows its error. */
  async guard<T>(what: string, write: () => Promise<T>, level: Level = 'error'): Promise<T> {
    try {
      const result = await write();
      this.succeeded(what);
      return result;
    } catch (error) {
      this.failed(what, error, level);
      throw error;
    }
  }

  failed(what: string, error: unknown, level: Level = 'error'): void {
    const problem = messageOf(error);
    const cause = SYSTEM_CODE.exec(problem)?.[0] ?? problem;
    const before = this.#failing.get(what);
    if (before === undefined && this.#failing.size >= NAMES_MAX) return;
    const { sinceMs = this.#options.now(), failures = 0 } = before ?? {};
    this.#failing.set(what, { what, problem, cause, sinceMs, failures: failures + 1 });
    if (before?.cause === cause) return;
    this.#options.journal[level](`${what} cannot be written: ${problem}`);
  }

  succeeded(what: string): void {
    const before = this.#failing.get(what);
    if (before === undefined) return;
    this.#failing.delete(what);
    const { failures } = before;
    const times = failures === 1 ? 'one failure' : `${failures} failures`;
    this.#options.journal.notice(`${what} is written again, after ${times}`);
  }

  /** The longest first. */
  failing(): readonly FailingWrite[] {
    return [...this.#failing.values()]
      .map(({ what, problem, sinceMs, failures }) => ({ what, problem, sinceMs, failures }))
      .sort((a, b) => a.sinceMs - b.sinceMs);
  }
}
