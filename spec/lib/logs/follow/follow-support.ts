import type { LogBatch } from '../../../../lib/logs/follow/batch.ts';
import { type LogFollower, LogFollowers } from '../../../../lib/logs/follow/follower.ts';
import type { FollowSettings } from '../../../../lib/logs/follow/protocol.ts';

export const QUICK: Omit<FollowSettings, 'path'> = {
  from: null,
  levelField: '',
  numbers: 'auto',
  batchMs: 10,
  maxBytesPerBatch: 256 * 1024,
  maxLineBytes: 4096,
  maxKinds: 20,
  mask: { headers: [], paths: [] },
  token: '',
};

/** A follower whose batches are kept and can be awaited. */
export class Followed {
  readonly batches: LogBatch[] = [];
  /** Times until which nothing new was written, as told. */
  readonly reads: number[] = [];
  readonly problems: string[] = [];
  readonly failures: Error[] = [];
  readonly #followers = new LogFollowers();
  readonly #follower: LogFollower;
  #wake: (() => void) | null = null;

  constructor(path: string, settings: Partial<FollowSettings> = {}) {
    this.#follower = this.#followers.follow({
      ...QUICK,
      ...settings,
      path,
      onBatch: (batch) => this.#note(() => this.batches.push(batch)),
      onRead: (toMs) => this.#note(() => this.reads.push(toMs)),
      onProblem: (text) => this.#note(() => this.problems.push(text)),
      onFailed: (error) => this.#note(() => this.failures.push(error)),
    });
  }

  sum(pick: (batch: LogBatch) => number): number {
    return this.batches.reduce((sum, batch) => sum + pick(batch), 0);
  }

  get lines(): number {
    return this.sum((batch) => batch.lines);
  }

  /** Resolves when `done` holds, checked after every event; mocha's timeout bounds the wait. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  async close(): Promise<void> {
    await this.#follower.close();
    await this.#followers.close();
  }

  #note(keep: () => void): void {
    keep();
    this.#wake?.();
  }
}
