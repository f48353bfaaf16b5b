import type { Saved } from './saved.ts';

const INTERVAL_MS = 1000;

/** Of a test; null when there is nothing new since the last one. */
interface Checkpointed {
  readonly release: { readonly name: string };
  checkpoint(): Saved | null;
}

/** Saves what a test has found: at most once a second, and one checkpoint after the other. */
export class Checkpoints {
  readonly #save: (name: string, saved: Saved) => Promise<void>;
  #saving: Promise<void> | null = null;
  #savedAtMs = 0;

  /** `save` reports a failure itself: the next checkpoint is written anyway. */
  constructor(save: (name: string, saved: Saved) => Promise<void>) {
    this.#save = save;
  }

  /** Time has passed. */
  offer(test: Checkpointed, nowMs: number): void {
    if (this.#saving !== null || nowMs - this.#savedAtMs < INTERVAL_MS) return;
    if (this.#write(test)) this.#savedAtMs = nowMs;
  }

  /** The last one, for the next Vili or the next start: resolves when everything found so far is saved. */
  async finish(test: Checkpointed): Promise<void> {
    await this.#saving;
    this.#write(test);
    await this.#saving;
  }

  // Private

  #write(test: Checkpointed): boolean {
    const checkpoint = test.checkpoint();
    if (checkpoint === null) return false;
    this.#saving = this.#save(test.release.name, checkpoint)
      .catch(() => undefined)
      .finally(() => {
        this.#saving = null;
      });
    return true;
  }
}
