import type { ServerResponse } from 'node:http';
import type { Frame, Subscription } from '../api/route.ts';

/** A listener that is further behind than this is cut off; it can connect again. */
export const MAX_BEHIND_BYTES = 1024 * 1024;
/** What a browser waits before it connects again. */
const RETRY_MS = 2000;

export interface EventStreamOptions {
  /** How often a stream without events says that it is alive, ms. */
  readonly heartbeatMs: number;
  readonly frameOf: ((event: unknown) => Frame) | undefined;
}

/**
 * Sends what `subscribe` hands over as server-sent events until the client goes away or falls too
 * far behind. Resolves when the stream is over; the subscription has then ended.
 */
export async function streamEvents(
  response: ServerResponse,
  subscribe: Subscription<unknown>,
  { heartbeatMs, frameOf = () => ({}) }: EventStreamOptions,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(`: listening\nretry: ${RETRY_MS}\n\n`);
  const closed = new Promise<void>((resolve) => {
    if (response.destroyed) resolve();
    else response.once('close', resolve);
  });
  // The past is sent at once, however much that is; the limit counts from there.
  let allowedBytes = Number.POSITIVE_INFINITY;
  const write = (text: string): void => {
    if (response.destroyed || response.writableEnded) return;
    response.write(text);
    if (response.writableLength > allowedBytes) response.destroy();
  };
  const stop = subscribe((value) => write(blockOf(frameOf(value), value)));
  allowedBytes = response.writableLength + MAX_BEHIND_BYTES;
  const heartbeat = setInterval(() => write(': still here\n\n'), heartbeatMs);
  try {
    await closed;
  } finally {
    clearInterval(heartbeat);
    stop();
  }
}

// Private

/** JSON has no line breaks, so that one `data` line is enough. */
function blockOf({ id, name }: Frame, value: unknown): string {
  const head = `${id === undefined ? '' : `id: ${id}\n`}${name === undefined ? '' : `event: ${name}\n`}`;
  return `${head}data: ${JSON.stringify(value)}\n\n`;
}
