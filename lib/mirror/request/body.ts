import { createHash, type Hash } from 'node:crypto';
import type { ByteBudget } from '../../model/byte-budget.ts';

export interface BodyLimits {
  /** Bodies up to this are kept whole. */
  readonly keepBytes: number;
  /** Larger ones are hashed as they arrive, up to this, and given up beyond. */
  readonly cutBytes: number;
  /** As long as running's, about; what is kept beyond needs room, and the body is given up without. */
  readonly expectedBytes: number;
  readonly room: ByteBudget;
}

/** A response body as it arrives: kept, then only hashed, then cut. */
export interface ReceivedBody {
  /** What the head says of its length, NaN for nothing. False when that is over the limit. */
  announce(bytes: number): boolean;
  /** False when a limit is passed: no more need be read. */
  add(chunk: Buffer): boolean;
  result(): {
    readonly bytes: Buffer | null;
    readonly length: number;
    readonly digest: string | null;
    readonly cut: boolean;
    /** To be given back to the room when the bytes are not needed any more. */
    readonly extraBytes: number;
  };
}

export function createReceivedBody(limits: BodyLimits): ReceivedBody {
  let chunks: Buffer[] = [];
  let length = 0;
  let hash: Hash | null = null;
  let cut = false;
  let extraBytes = 0;

  const release = (): void => {
    chunks = [];
    limits.room.giveBack(extraBytes);
    extraBytes = 0;
  };
  const giveUp = (): false => {
    cut = true;
    release();
    return false;
  };
  const findsRoom = (): boolean => {
    const more = length - limits.expectedBytes - extraBytes;
    if (more <= 0) return true;
    if (!limits.room.take(more)) return false;
    extraBytes += more;
    return true;
  };

  return {
    announce(bytes) {
      if (!(bytes > limits.cutBytes)) return true;
      cut = true;
      length = bytes;
      return false;
    },
    add(chunk) {
      length += chunk.length;
      if (length > limits.cutBytes) return giveUp();
      if (hash === null && length > limits.keepBytes) {
        hash = createHash('sha1');
        for (const kept of chunks) hash.update(kept);
        release();
      }
      if (hash !== null) hash.update(chunk);
      else if (findsRoom()) chunks.push(chunk);
      else return giveUp();
      return true;
    },
    result() {
      if (cut) return { bytes: null, length, digest: null, cut, extraBytes };
      if (hash !== null)
        return { bytes: null, length, digest: hash.digest('hex'), cut, extraBytes };
      const first = chunks[0];
      const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
      return { bytes, length, digest: null, cut, extraBytes };
    },
  };
}
