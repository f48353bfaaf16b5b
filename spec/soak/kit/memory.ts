import { readFileSync } from 'node:fs';

const EVERY_MS = 100;
const BYTES_PER_KB = 1024;

/** Looks at the resident memory of a process again and again. Linux only. */
export class MemoryWatch {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #highest = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), EVERY_MS);
  }

  /** The most since the last call, bytes. */
  take(): number {
    this.#look();
    const highest = this.#highest;
    this.#highest = 0;
    return highest;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // Private

  #look(): void {
    const text = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    const resident = Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) * BYTES_PER_KB;
    this.#highest = Math.max(this.#highest, resident);
  }
}
