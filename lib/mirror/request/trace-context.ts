import { newSpanId, parseTraceParent } from '../../model/span/context.ts';
import type { SpanIds } from '../../model/span/span.ts';

/**
 * The `traceparent` of a copy: the same trace with a span id of its own, since one span id stands for one request. That is the one
 * of `span`, where the copy has a span in this trace. What is not of the version that is known, or not valid, stays as
 * it is: testing gets what running got.
 */
export function ownSpan(traceparent: string, span: SpanIds | null = null): string {
  const parent = parseTraceParent(traceparent);
  if (parent === null) return traceparent;
  const { traceId, flags } = parent;
  const spanId = span?.traceId === traceId ? span.spanId : newSpanId();
  return `00-${traceId}-${spanId}-${flags}`;
}
