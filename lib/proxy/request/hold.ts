import { ByteBudget } from '../../model/byte-budget.ts';
import type { RequestHead } from '../http/request-head.ts';
import { CHUNKED } from '../http/request-headers.ts';
import { threadTime } from '../../runtime/thread-time.ts';
import { DeadlineQueue } from '../io/deadline-queue.ts';

/** How much of an unread body node and the proxy keep in memory. */
const UNREAD_BODY_BYTES = 131_072;

/** Bounds of the requests that wait for a running; beyond any of them they get 503, or 502 from one that refuses. */
export interface HoldSettings {
  /** For all of its waits together. */
  readonly maxMs: number;
  readonly maxRequests: number;
  /** Heads and buffered bodies of all held requests together. */
  readonly maxBytes: number;
}

/** A request that waits for a running. */
export interface Held {
  /** The memory it takes, bytes. */
  readonly heldBytes: number;
  /** Until when it may wait, once it has waited: thread time, ms. */
  heldUntilMs: number | null;
  /** There is a running, or the one that refused accepts connections: the request goes on. */
  release(): void;
  /** The request has waited too long. */
  expire(): void;
}

/**
 * Holds requests while running restarts, or refuses connections since it may have ended: limited in number, bytes and
 * time. A request that finds running gone once more goes on waiting for the rest of its time.
 */
export class RequestHold {
  private readonly maxMs: number;
  private readonly maxRequests: number;
  private readonly queue: DeadlineQueue<Held>;
  private readonly bytes: ByteBudget;

  constructor({ maxMs, maxRequests, maxBytes }: HoldSettings) {
    this.maxMs = maxMs;
    this.maxRequests = maxRequests;
    this.bytes = new ByteBudget(maxBytes);
    this.queue = new DeadlineQueue(maxMs, (held) => {
      this.bytes.giveBack(held.heldBytes);
      held.expire();
    });
  }

  get size(): number {
    return this.queue.size;
  }

  /** Returns false at the limit. */
  add(held: Held): boolean {
    if (this.queue.size >= this.maxRequests || !this.bytes.take(held.heldBytes)) return false;
    if (held.heldUntilMs !== null) this.queue.addAgain(held, held.heldUntilMs);
    else {
      held.heldUntilMs = threadTime.now() + this.maxMs;
      this.queue.add(held);
    }
    return true;
  }

  /** Removes a request whose client left, if it is held. */
  remove(held: Held): void {
    if (this.queue.remove(held)) this.bytes.giveBack(held.heldBytes);
  }

  /** Lets all requests held now go on, oldest first. */
  releaseAll(): void {
    this.takeAll((held) => held.release());
  }

  /** Lets no request wait any longer. */
  expireAll(): void {
    this.takeAll((held) => held.expire());
  }

  // Private

  private takeAll(act: (held: Held) => void): void {
    for (let left = this.queue.size; left > 0; left--) {
      const held = this.queue.shift();
      if (held === undefined) return;
      this.bytes.giveBack(held.heldBytes);
      act(held);
    }
  }
}

/** The approximate memory that a request takes while it waits. */
export function heldBytes(head: RequestHead): number {
  let bytes = head.path.length;
  for (const text of head.headers) bytes += text.length;
  const unread =
    head.bodyBytes === CHUNKED ? UNREAD_BODY_BYTES : Math.min(head.bodyBytes, UNREAD_BODY_BYTES);
  return bytes + unread;
}
