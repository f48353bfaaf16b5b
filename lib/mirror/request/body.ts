import { createHash, type Hash } from 'node:crypto';
import type { ByteBudget } from '../../model/byte-budget.ts';

export interface BodyLimits {
  /** Bodies up to this size are kept whole. */
  readonly keepBytes: number;
  /** Larger ones are hashed as they arrive, up to this size, and given up beyond. */
  readonly cutBytes: number;
  /** About the size of running's body. Bytes kept beyond need budget, else the body is given up. */
  readonly expectedBytes: number;
  readonly budget: ByteBudget;
}

export interface BodyResult {
  readonly bytes: Buffer | null;
  readonly length: number;
  /** Hex SHA-1 of a body that was not kept, else null. */
  readonly digest: string | null;
  readonly cut: boolean;
  /** Give it back to the budget when `bytes` is no longer needed. */
  readonly extraBytes: number;
}

/** A response body as it arrives: kept, then only hashed, then cut. */
export class ReceivedBody {
  readonly #limits: BodyLimits;
  #chunks: Buffer[] = [];
  #length = 0;
  #hash: Hash | null = null;
  #cut = false;
  #extraBytes = 0;

  constructor(limits: BodyLimits) {
    this.#limits = limits;
  }

  /** The Content-Length, NaN without one. False when it is over the limit. */
  announce(bytes: number): boolean {
    if (!(bytes > this.#limits.cutBytes)) return true;
    this.#cut = true;
    this.#length = bytes;
    return false;
  }

  /** False when a limit is passed: no more needs to be read. */
  add(chunk: Buffer): boolean {
    this.#length += chunk.length;
    if (this.#length > this.#limits.cutBytes) return this.#giveUp();
    if (this.#hash === null && this.#length > this.#limits.keepBytes) {
      this.#hash = createHash('sha1');
      for (const kept of this.#chunks) this.#hash.update(kept);
      this.#release();
    }
    if (this.#hash !== null) this.#hash.update(chunk);
    else if (this.#takeBudget()) this.#chunks.push(chunk);
    else return this.#giveUp();
    return true;
  }

  result(): BodyResult {
    const rest = { length: this.#length, cut: this.#cut, extraBytes: this.#extraBytes };
    if (this.#cut) return { bytes: null, digest: null, ...rest };
    if (this.#hash !== null) return { bytes: null, digest: this.#hash.digest('hex'), ...rest };
    const [first] = this.#chunks;
    const isOne = this.#chunks.length === 1 && first !== undefined;
    return { bytes: isOne ? first : Buffer.concat(this.#chunks), digest: null, ...rest };
  }

  // Private

  #takeBudget(): boolean {
    const more = this.#length - this.#limits.expectedBytes - this.#extraBytes;
    if (more <= 0) return true;
    if (!this.#limits.budget.take(more)) return false;
    this.#extraBytes += more;
    return true;
  }

  #giveUp(): false {
    this.#cut = true;
    this.#release();
    return false;
  }

  #release(): void {
    this.#chunks = [];
    this.#limits.budget.giveBack(this.#extraBytes);
    this.#extraBytes = 0;
  }
}
