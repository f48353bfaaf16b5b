import { createHash, type Hash } from 'node:crypto';
import type { Exchange, FailureKind } from '../../model/exchange.ts';
import { type FlatHeaders, withStatusTrailer } from '../../model/headers.ts';
import type { SpanIds } from '../../model/span/span.ts';
import type { RequestHead } from '../http/request-head.ts';
import { concatenated } from '../io/buffers.ts';
import type { CopyBudget, CopyHolder } from './budget.ts';

const NO_HEADERS: readonly string[] = [];

export interface CopyLimits {
  readonly maxRequestBytes: number;
  /** Larger responses are hashed. */
  readonly maxResponseBytes: number;
  /** Shared by the bodies of all copies being collected. */
  readonly budget: CopyBudget;
}

/**
 * Collects the request that testing will get and the response to compare with; created only for requests that
 * are mirrored. To be released at the end of the request, whatever its outcome.
 */
export class ExchangeCopy {
  private readonly requestChunks: Buffer[] = [];
  private requestBytes = 0;
  private readonly responseChunks: Buffer[] = [];
  private responseBytes = 0;
  private digest: Hash | null = null;
  private status = 0;
  private responseHeaders = NO_HEADERS;
  private readonly limits: CopyLimits;
  private readonly holder: CopyHolder;

  constructor(limits: CopyLimits, holder: CopyHolder) {
    this.limits = limits;
    this.holder = holder;
  }

  /** Returns why the body cannot be copied, or null. */
  addRequest(chunk: Buffer): 'too-large' | 'no-room' | null {
    this.requestBytes += chunk.length;
    if (this.requestBytes > this.limits.maxRequestBytes) return 'too-large';
    if (!this.limits.budget.take(this.holder, chunk.length)) return 'no-room';
    this.requestChunks.push(chunk);
    return null;
  }

  setHead(status: number, headers: readonly string[]): void {
    this.status = status;
    this.responseHeaders = headers;
  }

  /** Keeps a copy of the chunk. Returns false when the budget does not allow it. */
  addResponse(chunk: Buffer): boolean {
    this.responseBytes += chunk.length;
    if (this.digest === null && this.responseBytes > this.limits.maxResponseBytes) {
      this.startDigest();
    }
    if (this.digest !== null) this.digest.update(chunk);
    else if (!this.limits.budget.take(this.holder, chunk.length)) return false;
    else this.responseChunks.push(Buffer.from(chunk));
    return true;
  }

  addTrailers(trailers: FlatHeaders): void {
    this.responseHeaders = withStatusTrailer(this.responseHeaders, trailers);
  }

  release(): void {
    this.limits.budget.giveBack(this.holder);
  }

  /** The finished exchange; with a failure, any part of running's response is left out. */
  exchange(
    head: RequestHead,
    operation: string,
    { atMs, ms: runningMs, span }: { atMs: number; ms: number; span: SpanIds | null },
    failure: FailureKind | null,
  ): Exchange {
    const whole = failure === null;
    const exchange = {
      requestId: head.requestId,
      method: head.method,
      path: head.path,
      operation,
      endpoint: '',
      headers: head.headers,
      body: this.requestBytes === 0 ? null : concatenated(this.requestChunks),
      atMs,
      status: whole ? this.status : 0,
      failure,
      responseHeaders: whole ? this.responseHeaders : NO_HEADERS,
      responseBody: whole && this.digest === null ? concatenated(this.responseChunks) : null,
      responseBytes: whole ? this.responseBytes : 0,
      responseDigest: whole && this.digest !== null ? this.digest.digest('hex') : null,
      runningMs,
    };
    return span === null ? exchange : { ...exchange, trace: `${span.traceId}-${span.spanId}` };
  }

  // Private

  private startDigest(): void {
    this.digest = createHash('sha1');
    let bytes = 0;
    for (const chunk of this.responseChunks) {
      this.digest.update(chunk);
      bytes += chunk.length;
    }
    this.responseChunks.length = 0;
    this.limits.budget.giveBack(this.holder, bytes);
  }
}
