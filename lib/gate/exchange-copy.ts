import { createHash, type Hash } from 'node:crypto';
import type { Exchange, FailureKind } from './exchange.ts';
import type { RequestHead } from './request-head.ts';

const NO_HEADERS: readonly string[] = [];

/** Collects what testing will be asked and compared with; made only for requests to be mirrored. */
export class ExchangeCopy {
  private readonly requestChunks: Buffer[] = [];
  private requestBytes = 0;
  private readonly responseChunks: Buffer[] = [];
  private responseBytes = 0;
  private digest: Hash | null = null;
  private status = 0;
  private responseHeaders = NO_HEADERS;
  private readonly maxRequestBytes: number;
  private readonly maxResponseBytes: number;

  constructor(maxRequestBytes: number, maxResponseBytes: number) {
    this.maxRequestBytes = maxRequestBytes;
    this.maxResponseBytes = maxResponseBytes;
  }

  /** False when the body has become too large to be copied. */
  addRequest(chunk: Buffer): boolean {
    this.requestBytes += chunk.length;
    if (this.requestBytes > this.maxRequestBytes) return false;
    this.requestChunks.push(chunk);
    return true;
  }

  setHead(status: number, headers: readonly string[]): void {
    this.status = status;
    this.responseHeaders = headers;
  }

  /** Keeps a copy of the chunk. */
  addResponse(chunk: Buffer): void {
    this.responseBytes += chunk.length;
    if (this.digest !== null) this.digest.update(chunk);
    else {
      this.responseChunks.push(Buffer.from(chunk));
      if (this.responseBytes > this.maxResponseBytes) this.startDigest();
    }
  }

  /** The finished exchange; with a failure, whatever running had answered until then is left out. */
  exchange(
    head: RequestHead,
    atMs: number,
    runningMs: number,
    failure: FailureKind | null,
  ): Exchange {
    const whole = failure === null;
    return {
      requestId: head.requestId,
      method: head.method,
      path: head.path,
      headers: head.headers,
      body: this.requestBytes === 0 ? null : concat(this.requestChunks),
      atMs,
      status: whole ? this.status : 0,
      failure,
      responseHeaders: whole ? this.responseHeaders : NO_HEADERS,
      responseBody: whole && this.digest === null ? concat(this.responseChunks) : null,
      responseBytes: whole ? this.responseBytes : 0,
      responseDigest: whole && this.digest !== null ? this.digest.digest('hex') : null,
      runningMs,
    };
  }

  // Private

  private startDigest(): void {
    this.digest = createHash('sha1');
    for (const chunk of this.responseChunks) this.digest.update(chunk);
    this.responseChunks.length = 0;
  }
}

function concat(chunks: readonly Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}
