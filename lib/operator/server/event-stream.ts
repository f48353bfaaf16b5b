import type { ServerResponse } from 'node:http';
import type { Subscription } from '../api/route.ts';

/** A listener that is further behind than this is cut off; it can connect again. */
export const MAX_BEHIND_BYTES = 1024 * 1024;

/**
 * Sends what `subscribe` hands over as server-sent events until the client goes away or falls too
 * far behind. Resolves when the stream is over; the subscription has then ended.
 */
export async function streamEvents(
  response: ServerResponse,
  subscribe: Subscription<unknown>,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(': listening\n\n');
  const closed = new Promise<void>((resolve) => {
    if (response.destroyed) resolve();
    else response.once('close', resolve);
  });
  // The past is sent at once, however much that is; the limit counts from there.
  let allowedBytes = Number.POSITIVE_INFINITY;
  const stop = subscribe((value) => {
    if (response.destroyed || response.writableEnded) return;
    response.write(`data: ${JSON.stringify(value)}\n\n`);
    if (response.writableLength > allowedBytes) response.destroy();
  });
  allowedBytes = response.writableLength + MAX_BEHIND_BYTES;
  try {
    await closed;
  } finally {
    stop();
  }
}
