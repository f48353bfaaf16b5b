import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../errors.ts';
import type { ExportLimits } from './protocol.ts';

const PROBLEM_MAX_LENGTH = 300;
/** Beyond its own limit, for an exporter that says nothing at all. */
const SLACK_MS = 1000;

export interface ExportHooks<Span> {
  /** Rejects with why the batch was not taken. */
  readonly send: (batch: readonly Span[]) => Promise<void>;
  /** Ends what `send` still does, since it took too long. */
  readonly cut: () => void;
  /** Called once for each batch; `problem` null: it was taken. */
  readonly settled: (count: number, problem: string | null) => void;
}

/** Sends spans in batches, one batch at a time. Who adds them bounds how many there are, and keeps the thread alive. */
export class ExportLoop<Span> {
  readonly #limits: ExportLimits;
  readonly #hooks: ExportHooks<Span>;
  readonly #waiting: Span[] = [];
  #timer: NodeJS.Timeout | null = null;
  #current: Promise<boolean> | null = null;
  /** The last batch was not taken. */
  #isPausing = false;
  #isEnding = false;

  constructor(limits: ExportLimits, hooks: ExportHooks<Span>) {
    this.#limits = limits;
    this.#hooks = hooks;
  }

  add(span: Span): void {
    this.#waiting.push(span);
    this.#plan();
  }

  /** Sends what is left, up to the first batch that is not taken. */
  async end(): Promise<void> {
    this.#isEnding = true;
    this.#stopTimer();
    let isTaken = (await this.#current) ?? true;
    while (isTaken && this.#waiting.length > 0) isTaken = await this.#sendNext();
  }

  // Private

  /** A full batch goes at once, but for a pause after one that was not taken. */
  #plan(): void {
    if (this.#isEnding || this.#current !== null || this.#waiting.length === 0) return;
    if (!this.#isPausing && this.#waiting.length >= this.#limits.batch) this.#begin();
    else this.#timer ??= setTimeout(() => this.#begin(), this.#limits.intervalMs).unref();
  }

  #begin(): void {
    this.#stopTimer();
    void this.#sendNext().then(() => this.#plan());
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #sendNext(): Promise<boolean> {
    const batch = this.#waiting.splice(0, this.#limits.batch);
    const sent = this.#send(batch).then((problem) => {
      this.#current = null;
      this.#isPausing = problem !== null;
      this.#hooks.settled(batch.length, problem);
      return problem === null;
    });
    this.#current = sent;
    return sent;
  }

  async #send(batch: readonly Span[]): Promise<string | null> {
    const limitMs = this.#limits.exportMs + SLACK_MS;
    const over = new AbortController();
    const silent = sleep(limitMs, 'silent' as const, { signal: over.signal, ref: false });
    silent.catch(() => {});
    try {
      const outcome = await Promise.race([this.#hooks.send(batch), silent]);
      if (outcome !== 'silent') return null;
      this.#hooks.cut();
      return `it took longer than ${limitMs} ms`;
    } catch (error) {
      return shown(messageOf(error) || 'it was not reached');
    } finally {
      over.abort();
    }
  }
}

// Private

/** What a collector says ends up in the log. */
function shown(text: string): string {
  return text.slice(0, PROBLEM_MAX_LENGTH).replaceAll(/[^\x20-\x7e]+/g, ' ');
}
