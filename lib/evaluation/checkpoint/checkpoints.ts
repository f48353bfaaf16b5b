import type { Pieces } from '../../model/text/pieces.ts';
import { bytesInTurns } from '../../runtime/bytes-in-turns.ts';

const INTERVAL_MS = 1000;

/** Of a test; null when there is nothing new since the last one. */
interface Checkpointed {
  readonly release: { readonly name: string };
  checkpoint(): Pieces | null;
}

/** Saves what a test has found: at most once a second, and one checkpoint after the other. */
export class Checkpoints {
  readonly #save: (name: string, checkpoint: Buffer) => Promise<void>;
  #saving: Promise<void> | null = null;
  #savedAtMs = 0;

  /** `save` reports a failure itself: the next checkpoint is written anyway. */
  constructor(save: (name: string, checkpoint: Buffer) => Promise<void>) {
    this.#save = save;
  }

  /**
   * Time has passed. Resolves when the checkpoint, if it is time for one, is put together, in many turns of the event
   * loop: until then the test has to stay as it is. It is saved after that.
   */
  async offer(test: Checkpointed, nowMs: number): Promise<void> {
    if (this.#saving !== null || nowMs - this.#savedAtMs < INTERVAL_MS) return;
    if (await this.#write(test)) this.#savedAtMs = nowMs;
  }

  /** The last one, for the next Vili or the next start: resolves when everything found so far is saved. */
  async finish(test: Checkpointed): Promise<void> {
    await this.#saving;
    await this.#write(test);
    await this.#saving;
  }

  // Private

  async #write(test: Checkpointed): Promise<boolean> {
    const checkpoint = test.checkpoint();
    if (checkpoint === null) return false;
    const bytes = bytesInTurns(checkpoint);
    this.#saving = bytes
      .then((whole) => this.#save(test.release.name, whole))
      .catch(() => undefined)
      .finally(() => {
        this.#saving = null;
      });
    await bytes;
    return true;
  }
}
