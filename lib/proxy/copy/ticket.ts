import type { FailureKind } from '../../model/exchange.ts';
import type { ProxyContext } from '../context.ts';
import type { RequestHead } from '../http/request-head.ts';
import { CHUNKED } from '../http/request-headers.ts';
import type { CopyHolder } from './budget.ts';
import { ExchangeCopy } from './copy.ts';
import type { SkipReason } from './filter.ts';

/**
 * Where one request ends up in the accounts: with the sink (submitted or shed) or skipped for a
 * reason, exactly one of them; whatever comes first counts.
 */
export class Account implements CopyHolder {
  /** What is being collected for testing, null when nothing is. */
  copy: ExchangeCopy | null = null;
  private readonly context: ProxyContext;
  private readonly head: RequestHead;
  /** When the request was sent to running, the last time if it was repeated. */
  private atMs = 0;
  /** It is no evidence of anything. */
  private isProbe = false;
  private settled = false;

  constructor(context: ProxyContext, head: RequestHead) {
    this.context = context;
    this.head = head;
  }

  /** Decides whether the request is copied, when it is about to be sent to running. */
  decide(): void {
    const { choice, route, copyLimits, sink } = this.context;
    const { bodyBytes } = this.head;
    const reason = choice.skipReason(this.head, route.mirroring);
    this.isProbe = reason === 'health';
    if (reason !== null) return this.skip(reason);
    if (bodyBytes !== CHUNKED && bodyBytes > copyLimits.maxRequestBytes) {
      return this.skip('too-large');
    }
    if (sink.full()) return this.shed();
    this.copy = new ExchangeCopy(copyLimits, this);
  }

  /** The request is being sent to running. */
  begin(): void {
    this.atMs = this.context.now();
  }

  /** A part of the request's body, on its way to running. */
  addRequest(chunk: Buffer): void {
    const refusal = this.copy?.addRequest(chunk) ?? null;
    if (refusal === 'too-large') this.skip(refusal);
    else if (refusal !== null) this.evict();
  }

  /** A part of running's answer, on its way to the user. */
  addResponse(chunk: Buffer): void {
    if (this.copy !== null && !this.copy.addResponse(chunk)) this.evict();
  }

  /** There is no room for the copy. */
  evict(): void {
    this.forget();
    this.shed('queue-full');
  }

  skip(reason: SkipReason): void {
    this.forget();
    if (this.settled) return;
    this.settled = true;
    this.context.counts.skip(reason);
  }

  /** Running's part is over: what it was goes to the sink and to its history. */
  finish(status: number, failure: FailureKind | null): void {
    const { context, copy, head, atMs } = this;
    const ms = context.now() - atMs;
    const { method: endpointMethod, path } = head;
    const copied = copy !== null && !this.settled;
    if (copied) {
      this.settled = true;
      context.counts.submitted++;
      context.sink.submit(copy.exchange(head, atMs, ms, failure));
    }
    this.forget();
    if (this.isProbe || !context.traffic.wanted) return;
    context.traffic.add({ atMs, endpointMethod, path, status, failure, ms, copied });
  }

  // Private

  private shed(noRoom?: 'queue-full'): void {
    this.settled = true;
    this.context.counts.shed++;
    this.context.sink.shed(noRoom);
  }

  private forget(): void {
    this.copy?.release();
    this.copy = null;
  }
}
