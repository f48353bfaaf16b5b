import { readFileSync } from 'node:fs';

const POLL_MS = 100;
const BYTES_PER_KB = 1024;

/** Polls the resident memory of a process. Linux only. */
export class MemoryWatch {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #highest = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#poll(), POLL_MS);
  }

  /** The most since the last call, in bytes. */
  take(): number {
    this.#poll();
    const highest = this.#highest;
    this.#highest = 0;
    return highest;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  // Private

  #poll(): void {
    const text = readFileSync(`/proc/${this.#pid}/status`, 'utf8');
    const resident = Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? 0) * BYTES_PER_KB;
    this.#highest = Math.max(this.#highest, resident);
  }
}
