import type { FromProcess } from './protocol.ts';

/** A proxy process this far ahead of Vili leaves out what can be left out. */
const AHEAD_MAX_BYTES = 4_194_304;

/** The channel from a proxy process to Vili: in order, aware of what has not been taken yet. */
export class ParentChannel {
  #unsentBytes = 0;

  /** Bytes that Vili has not taken yet. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  get isBehind(): boolean {
    return this.#unsentBytes > AHEAD_MAX_BYTES;
  }

  /** `bytes`: approximate size of the message. Resolves when it is on its way, or Vili is gone. */
  send(message: FromProcess, bytes = 0): Promise<void> {
    this.#unsentBytes += bytes;
    return new Promise((resolve) => {
      const done = (): void => {
        this.#unsentBytes -= bytes;
        resolve();
      };
      // Without Vili there is no receiver; `disconnect` is about to end this process.
      if (process.send === undefined || !process.connected) done();
      else process.send(message, undefined, undefined, done);
    });
  }
}
