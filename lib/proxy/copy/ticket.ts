import type { FailureKind } from '../../model/exchange.ts';
import type { FlatHeaders } from '../../model/headers.ts';
import type { ProxyContext } from '../context.ts';
import type { RequestHead } from '../http/request-head.ts';
import { CHUNKED } from '../http/request-headers.ts';
import type { ResponseHead } from '../http/response-headers.ts';
import type { CopyHolder } from './budget.ts';
import { ExchangeCopy } from './copy.ts';
import { operationOf } from './operation.ts';
import type { Origin } from './origin.ts';
import type { SkipReason } from './filter.ts';
import { NotedHead } from './noted.ts';

const NO_SERVLETS: readonly number[] = [];
const NO_TRAILERS: FlatHeaders = [];

/**
 * The mirror ticket of one request: it is counted exactly once, as submitted or shed (with the sink) or as
 * skipped for a reason; whatever comes first counts.
 */
export class MirrorTicket implements CopyHolder {
  /** The copy being collected for testing, null when there is none. */
  copy: ExchangeCopy | null = null;
  private readonly context: ProxyContext;
  private readonly head: RequestHead;
  /** When the request was last sent to running. */
  private atMs = 0;
  private instance = '';
  private address = '';
  /** A health probe or a preview, which is not evidence. */
  private isProbe = false;
  private readonly origin: Origin;
  private settled = false;
  private operation: string | null = null;
  private kind = '';
  private responseBytes = 0;
  /** What may have to be noted of the response, copied or not. */
  private noted: NotedHead | null = null;

  constructor(context: ProxyContext, head: RequestHead, origin: Origin) {
    this.origin = origin;
    this.context = context;
    this.head = head;
  }

  /** Decides whether the request is copied; called when it is about to be sent to running. */
  decide(): void {
    const { filter, route, copyLimits, sink, origins } = this.context;
    const { bodyBytes } = this.head;
    if (this.isFromServlet) return this.skip('servlet');
    const reason = filter.skipReason(this.head, route.mirroring);
    this.isProbe = reason === 'health';
    if (reason !== null) return this.skip(reason);
    if (bodyBytes !== CHUNKED && bodyBytes > copyLimits.maxRequestBytes) {
      return this.skip('too-large');
    }
    if (sink.full()) return this.shed();
    this.copy = new ExchangeCopy(copyLimits, this);
    if (this.origin.isOpen) origins.ask(this.origin, route.servlets ?? NO_SERVLETS);
  }

  /** The header line by which running knows what a servlet sent, as far as that is known; else ''. */
  get mark(): string {
    return this.isFromServlet ? `${this.context.settings.mirror.header}: servlet\r\n` : '';
  }

  /** Notes when the request is sent to running, to which servlet, and from which address. */
  begin(instance: string, address: string): void {
    this.atMs = this.context.now();
    this.instance = instance;
    this.address = address;
  }

  /** Adds a part of the request's body, on its way to running. */
  addRequest(chunk: Buffer): void {
    this.operation ??= operationOf(this.head, chunk);
    const problem = this.copy?.addRequest(chunk) ?? null;
    if (problem === 'too-large') this.skip(problem);
    else if (problem !== null) this.evict();
  }

  /** Notes the head of running's response. */
  setHead(status: number, head: ResponseHead): void {
    const { flat } = head.fields;
    this.kind = head.kind;
    this.copy?.setHead(status, flat);
    if (!this.isProbe) this.noted = NotedHead.of(this.head.method, status, flat);
  }

  /** Adds a part of running's response, on its way to the user. */
  addResponse(chunk: Buffer): void {
    this.responseBytes += chunk.length;
    this.noted?.add(chunk);
    if (this.copy !== null && !this.copy.addResponse(chunk)) this.evict();
  }

  /** Drops the copy, as the budget does not allow it. */
  evict(): void {
    this.forget();
    this.shed('queue-full');
  }

  /** It is for the version under test: nothing of it is evidence on any. */
  preview(): void {
    this.isProbe = true;
    this.skip('preview');
  }

  skip(reason: SkipReason): void {
    this.forget();
    if (this.settled) return;
    this.settled = true;
    this.context.counts.skip(reason);
  }

  /** Running has finished: the exchange goes to the sink and the observation to running's history. */
  finish(status: number, failure: FailureKind | null, trailers: FlatHeaders = NO_TRAILERS): void {
    this.copy?.addTrailers(trailers);
    const ms = this.context.now() - this.atMs;
    if (this.copy === null || this.origin.state !== 'asked') this.settle(status, failure, ms);
    else this.origin.wait(() => this.settle(status, failure, ms));
  }

  // Private

  /** Also known where a servlet passes on the headers of a copy. */
  private get isFromServlet(): boolean {
    const { token } = this.context.settings.mirror;
    return this.origin.state === 'servlet' || (token !== '' && this.head.fields.token === token);
  }

  private settle(status: number, failure: FailureKind | null, ms: number): void {
    if (this.isFromServlet) return this.skip('servlet');
    if (this.copy !== null && this.origin.state === 'doubtful') return this.skip('local');
    const { context, copy, head, atMs, kind, responseBytes: bytes } = this;
    const operation = this.operation ?? operationOf(head, null);
    const { method: endpointMethod, path } = head;
    const copied = copy !== null && !this.settled;
    const isTold = !this.isProbe && context.traffic.wanted;
    const span = isTold ? (context.spans?.of(head) ?? null) : null;
    if (copied) {
      this.settled = true;
      context.counts.submitted++;
      context.sink.submit(copy.exchange(head, operation, { atMs, ms, span }, failure));
    }
    this.forget();
    if (failure === null) this.note(copied);
    if (!isTold) return;
    const { instance } = this;
    const client =
      context.sharing?.clientOf(head.headers, this.address) ??
      (context.filter.sessionOf(head) || this.address);
    const request = { atMs, endpointMethod, path, operation, instance, client };
    const response = { kind, bytes, status, failure, ms, copied };
    context.traffic.add(
      span === null ? { ...request, ...response } : { ...request, ...response, span },
    );
  }

  private note(isCopied: boolean): void {
    const { noted, head } = this;
    if (noted === null) return;
    const { status, headers: responseHeaders, body: responseBody } = noted;
    const { method, path, headers } = head;
    const response = { status, responseHeaders, responseBody, isCopied };
    this.context.sink.note?.({ method, path, headers, ...response });
  }

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
