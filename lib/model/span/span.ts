/** Which span of which trace; hex, in lower case. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
  /** '' for the first span of a trace. */
  readonly parentId: string;
}

/** The span of a user's request, with what its observation does not say. */
export interface ExchangeSpan extends SpanIds {
  readonly requestId: string;
  readonly scheme: 'http' | 'https';
  /** The `Host` header as it was sent; '' for none. */
  readonly host: string;
}
