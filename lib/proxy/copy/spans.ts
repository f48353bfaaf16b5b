import { newSpanId, newTraceId, parseTraceParent } from '../../model/span/context.ts';
import type { ExchangeSpan } from '../../model/span/span.ts';
import type { RequestHead } from '../http/request-head.ts';

/** No name of a host is longer (RFC 1035), with a port. */
const HOST_MAX_LENGTH = 260;

/** Which exchanges get a span: those whose caller records its own, and a share of those that come without a trace. */
export class SpanSampler {
  private readonly share: number;
  private readonly scheme: ExchangeSpan['scheme'];
  private readonly random: () => number;

  /** `share`: 0 to 1. */
  constructor(share: number, scheme: ExchangeSpan['scheme'], random: () => number) {
    this.share = share;
    this.scheme = scheme;
    this.random = random;
  }

  /** The span of the request, null for none; its parent is the span that running was told of. */
  of({ fields, requestId }: RequestHead): ExchangeSpan | null {
    const parent = fields.traceparent === '' ? null : parseTraceParent(fields.traceparent);
    const isSampled = parent === null ? this.random() < this.share : parent.isSampled;
    if (!isSampled) return null;
    return {
      traceId: parent?.traceId ?? newTraceId(),
      spanId: newSpanId(),
      parentId: parent?.spanId ?? '',
      requestId,
      scheme: this.scheme,
      host: fields.host.slice(0, HOST_MAX_LENGTH),
    };
  }
}
