import { randomBytes } from 'node:crypto';

/** Lower case. */
export const TRACEPARENT = 'traceparent';

/** W3C Trace Context, version 00: trace id, span id of the caller, flags; neither id is all zeros. */
const VERSION_00 = /^00-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})$/;
const SAMPLED = 1;
const TRACE_BYTES = 16;
const SPAN_BYTES = 8;
/** Drawn at once: to draw them for each id would cost users' thread 6 µs each time. */
const DRAWN_BYTES = 4096;

/** What a valid `traceparent` says; `flags` as two hex digits. */
export interface TraceParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: string;
  /** The caller records its part of the trace. */
  readonly isSampled: boolean;
}

/** Null for what is not of the version that is known, or not valid. */
export function parseTraceParent(value: string): TraceParent | null {
  const [, traceId, spanId, flags] = VERSION_00.exec(value) ?? [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return null;
  const isSampled = (Number.parseInt(flags, 16) & SAMPLED) === SAMPLED;
  return { traceId, spanId, flags, isSampled };
}

export function newTraceId(): string {
  return randomHex(TRACE_BYTES);
}

export function newSpanId(): string {
  return randomHex(SPAN_BYTES);
}

// Private

let drawn = Buffer.alloc(0);
let used = 0;

/** Each byte is used once. */
function randomHex(bytes: number): string {
  if (used + bytes > drawn.length) {
    drawn = randomBytes(DRAWN_BYTES);
    used = 0;
  }
  used += bytes;
  return drawn.toString('hex', used - bytes, used);
}
