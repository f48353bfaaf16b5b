import type { RequestHead } from '../http/request-head.ts';
import { CHUNKED } from '../http/request-headers.ts';
import { DeadlineQueue } from '../io/deadline-queue.ts';
import type { ProxySettings } from '../settings.ts';

/** A request that waits until there is a running again. */
export interface Held {
  /** What it costs to keep it, bytes. */
  readonly heldBytes: number;
  /** Running is there: go on. */
  release(): void;
  /** It waited too long: answer 503. */
  expire(): void;
}

/** The waiting room while running restarts; bounded in number, bytes and time. */
export class RequestHold {
  private readonly limits: ProxySettings['hold'];
  private readonly queue: DeadlineQueue<Held>;
  private bytes = 0;

  constructor(limits: ProxySettings['hold']) {
    this.limits = limits;
    this.queue = new DeadlineQueue(limits.maxMs, (held) => {
      this.bytes -= held.heldBytes;
      held.expire();
    });
  }

  get size(): number {
    return this.queue.size;
  }

  /** False when there is no room: answer 503. */
  add(held: Held): boolean {
    if (this.queue.size >= this.limits.maxRequests) return false;
    if (this.bytes + held.heldBytes > this.limits.maxBytes) return false;
    this.bytes += held.heldBytes;
    this.queue.add(held);
    return true;
  }

  /** For a request whose client left; false when it was not held. */
  remove(held: Held): boolean {
    const found = this.queue.remove(held);
    if (found) this.bytes -= held.heldBytes;
    return found;
  }

  /** Lets all that wait now go on, oldest first. */
  releaseAll(): void {
    this.takeAll((held) => held.release());
  }

  /** Sends all that wait now away with 503. */
  expireAll(): void {
    this.takeAll((held) => held.expire());
  }

  // Private

  private takeAll(act: (held: Held) => void): void {
    for (let left = this.queue.size; left > 0; left--) {
      const held = this.queue.shift();
      if (held === undefined) return;
      this.bytes -= held.heldBytes;
      act(held);
    }
  }
}

/** As much of an unread body as node and the gate keep in memory while nobody reads it. */
const UNREAD_BODY_BYTES = 131_072;

/** What a request costs in memory while it waits, about. */
export function heldBytes(head: RequestHead): number {
  let bytes = head.path.length;
  for (const text of head.headers) bytes += text.length;
  const unread =
    head.bodyBytes === CHUNKED ? UNREAD_BODY_BYTES : Math.min(head.bodyBytes, UNREAD_BODY_BYTES);
  return bytes + unread;
}
