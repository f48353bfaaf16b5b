import { createHash, type Hash } from 'node:crypto';

export interface BodyLimits {
  /** Bodies up to this are kept whole. */
  readonly keepBytes: number;
  /** Larger ones are hashed as they arrive, up to this, and given up beyond. */
  readonly cutBytes: number;
}

/** A response body as it arrives: kept, then only hashed, then cut. */
export interface ReceivedBody {
  /** What the head says of its length, NaN for nothing. False when that is over the limit. */
  announce(bytes: number): boolean;
  /** False when the limit is passed: no more need be read. */
  add(chunk: Buffer): boolean;
  result(): {
    readonly bytes: Buffer | null;
    readonly length: number;
    readonly digest: string | null;
    readonly cut: boolean;
  };
}

export function createReceivedBody(limits: BodyLimits): ReceivedBody {
  let chunks: Buffer[] = [];
  let length = 0;
  let hash: Hash | null = null;
  let cut = false;

  return {
    announce(bytes) {
      if (!(bytes > limits.cutBytes)) return true;
      cut = true;
      length = bytes;
      return false;
    },
    add(chunk) {
      length += chunk.length;
      if (length > limits.cutBytes) {
        cut = true;
        chunks = [];
        return false;
      }
      if (hash === null && length > limits.keepBytes) {
        hash = createHash('sha1');
        for (const kept of chunks) hash.update(kept);
        chunks = [];
      }
      if (hash === null) chunks.push(chunk);
      else hash.update(chunk);
      return true;
    },
    result() {
      if (cut) return { bytes: null, length, digest: null, cut };
      if (hash !== null) return { bytes: null, length, digest: hash.digest('hex'), cut };
      const first = chunks[0];
      const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      return { bytes, length, digest: null, cut };
    },
  };
}
