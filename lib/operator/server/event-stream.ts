import type { ServerResponse } from 'node:http';
import type { Frame, Subscription } from '../api/route.ts';

/** A listener that is further behind than this is cut off; it can connect again. */
export const MAX_BEHIND_BYTES = 1024 * 1024;
/** What a browser waits before it connects again. */
const RETRY_MS = 2000;
/** An event after a while goes at once; those that follow within this time go together, since each write takes time from users. */
const TOGETHER_MS = 100;
/** So many characters do not wait any longer. */
const MAX_TOGETHER = 65_536;

export interface EventStreamOptions {
  /** How often a stream without events says that it is alive, ms. */
  readonly heartbeatMs: number;
  readonly frameOf: ((event: unknown) => Frame) | undefined;
}

/** One response of server-sent events, until the client goes away or falls too far behind. */
export class EventStream {
  readonly #response: ServerResponse;
  /** The past is sent at once, however much that is; the limit counts from there. */
  #allowedBytes = Number.POSITIVE_INFINITY;
  #waiting = '';
  /** Set for a while after each write. */
  #timer: NodeJS.Timeout | null = null;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  /** Sends what `subscribe` hands over. Resolves when the stream is over; the subscription has then ended. */
  async send(
    subscribe: Subscription<unknown>,
    { heartbeatMs, frameOf = () => ({}) }: EventStreamOptions,
  ): Promise<void> {
    const response = this.#response;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    this.#write(`: listening\nretry: ${RETRY_MS}\n\n`);
    const closed = new Promise<void>((resolve) => {
      if (response.destroyed) resolve();
      else response.once('close', resolve);
    });
    const stop = subscribe((value) => this.#add(blockOf(frameOf(value), value)));
    this.#flush();
    this.#allowedBytes = response.writableLength + MAX_BEHIND_BYTES;
    const heartbeat = setInterval(() => this.#add(': still here\n\n'), heartbeatMs);
    try {
      await closed;
    } finally {
      clearInterval(heartbeat);
      if (this.#timer !== null) clearTimeout(this.#timer);
      stop();
    }
  }

  /** Ends the response, after what waits. */
  end(): void {
    this.#flush();
    this.#response.end();
  }

  // Private

  #add(text: string): void {
    this.#waiting += text;
    if (this.#timer !== null && this.#waiting.length < MAX_TOGETHER) return;
    this.#flush();
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.#waiting !== '') this.#add('');
    }, TOGETHER_MS);
  }

  #flush(): void {
    if (this.#waiting !== '') this.#write(this.#waiting);
    this.#waiting = '';
  }

  #write(text: string): void {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    response.write(text);
    if (response.writableLength > this.#allowedBytes) response.destroy();
  }
}

// Private

/** JSON has no line breaks, so that one `data` line is enough. */
function blockOf({ id, name }: Frame, value: unknown): string {
  const head = `${id === undefined ? '' : `id: ${id}\n`}${name === undefined ? '' : `event: ${name}\n`}`;
  return `${head}data: ${JSON.stringify(value)}\n\n`;
}
