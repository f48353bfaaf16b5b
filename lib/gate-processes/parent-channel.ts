import type { FromProcess } from './protocol.ts';

/** A gate process that is so far ahead of Vili leaves out what can be left out. */
const AHEAD_MAX_BYTES = 4_194_304;

/** The way from a gate process to Vili: in order, and it knows how much has not been taken yet. */
export class ParentChannel {
  #unsentBytes = 0;

  /** Bytes that Vili has not taken yet. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  get isBehind(): boolean {
    return this.#unsentBytes > AHEAD_MAX_BYTES;
  }

  /** `bytes` is about what the message takes. Resolves when it is on its way, or Vili is gone. */
  send(message: FromProcess, bytes = 0): Promise<void> {
    this.#unsentBytes += bytes;
    return new Promise((resolve) => {
      const done = (): void => {
        this.#unsentBytes -= bytes;
        resolve();
      };
      // Without Vili there is nobody to tell; `disconnect` is about to end this process.
      if (process.send === undefined || !process.connected) done();
      else process.send(message, undefined, undefined, done);
    });
  }
}
