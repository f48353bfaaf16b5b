import {
  ALONE_SHARE,
  HEAVY_REST_FROM,
  HEAVY_REST_MS,
  HEAVY_SHARE,
  OTHERS_BETWEEN,
} from './parameters.ts';

/** A client of whose responses in one block a share failed. */
interface Failed {
  readonly client: string;
  readonly share: number;
  /** What it sent of control's requests; few clients send much of them. */
  readonly ofControl: number;
}

/**
 * Which clients say nothing for now, because they failed lately: one client with a broken program of its own is one
 * piece of evidence, however long it goes on. It counts again once others have failed, too. Who rests is known before
 * the block, so that the rest breaks no guarantee.
 */
export class Resting {
  /** The clients that failed last; heavy ones, until then. */
  #latest: readonly string[] = [];
  readonly #heavy = new Map<string, number>();

  has(client: string, atMs: number): boolean {
    if (this.#latest.includes(client)) return true;
    return this.#heavy.size > 0 && atMs < (this.#heavy.get(client) ?? 0);
  }

  failed({ client, share, ofControl }: Failed, atMs: number): void {
    if (ofControl >= ALONE_SHARE) return;
    if (ofControl < HEAVY_SHARE) this.#latest = [...this.#latest, client].slice(-OTHERS_BETWEEN);
    else if (share >= HEAVY_REST_FROM) this.#heavy.set(client, atMs + HEAVY_REST_MS);
  }
}
