import { randomBytes } from 'node:crypto';

/** Lower case. */
export const TRACEPARENT = 'traceparent';

/** W3C Trace Context, version 00: trace id, span id of the caller, flags; neither id is all zeros. */
const VERSION_00 = /^00-(?!0{32})([\da-f]{32})-(?!0{16})[\da-f]{16}-([\da-f]{2})$/;
const SPAN_BYTES = 8;

/**
 * The `traceparent` of a copy: the same trace with a span id of its own, since one span id stands for one request. What is not of
 * the version that is known, or not valid, stays as it is: testing gets what running got.
 */
export function ownSpan(traceparent: string): string {
  return traceparent.replace(VERSION_00, (_, traceId: string, flags: string) => {
    return `00-${traceId}-${randomBytes(SPAN_BYTES).toString('hex')}-${flags}`;
  });
}
