import { CHUNKED } from './request-fields.ts';
import type { RequestHead } from './request-head.ts';

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
