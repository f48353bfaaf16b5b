import { type FlatHeaders, pairsOf } from '../../model/headers.ts';
import type { ProxyContext } from '../context.ts';
import type { UserRequest, UserResponse } from '../downstream/types.ts';
import type { RequestHead } from '../http/request-head.ts';
import { isBodiless, type ResponseHead, UNKNOWN_LENGTH } from '../http/response-headers.ts';
import { unstored } from '../preview/previews.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { causeOf, failureKindOf, isStale, statusOf } from '../upstream/errors.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import type { Pace } from '../upstream/slow-clients.ts';
import type { UpstreamHandler } from '../upstream/types.ts';
import { RequestBody } from './body.ts';
import { containEntries } from './entries.ts';
import { ForwardEndings } from './endings.ts';
import type { TurnOwner } from './lifecycle.ts';
import { outgoing } from './outgoing.ts';
import { mayMoveOn, mayRepeat, mayWait } from './retry.ts';

const nothing = (): void => {};

/** Forwards one user request: held if need be, sent to running, responded to, copied and counted. */
export class Forward extends ForwardEndings implements UpstreamHandler {
  private readonly request: UserRequest;
  private readonly response: UserResponse;
  private resume: () => void = nothing;
  private body: RequestBody | null = null;
  private expectsContinue: boolean;
  private cancelled = false;
  private retried = false;
  private sent = false;
  private isHalfClosed = false;

  constructor(
    context: ProxyContext,
    connection: TurnOwner,
    request: UserRequest,
    response: UserResponse,
    head: RequestHead,
    expectsContinue: boolean,
  ) {
    super(context, connection, head, response);
    this.request = request;
    this.response = response;
    this.expectsContinue = expectsContinue;
  }

  get received(): boolean {
    return this.head.bodyBytes === 0 || this.request.complete;
  }

  dispatchOn(client: UpstreamClient): void {
    this.client = client;
    this.ticket.begin(this.instance, this.consumer.address);
    client.dispatch(outgoing(this.head, this.request, this.body, this.ticket.mark), this);
  }

  noConnection(): void {
    this.endEarly('overloaded', 'refused', 503);
  }

  cut(): void {
    this.endEarly('cut', 'aborted', 503);
  }

  gone(): void {
    if (!this.writer.ended) this.endEarly('client-aborted', 'aborted', 0);
  }

  override halfClosed(): boolean {
    this.isHalfClosed = true;
    if (this.sent) this.client?.finish();
    return super.halfClosed();
  }

  override pace(nowMs: number): Pace | null {
    if (this.client === null) return null;
    return this.writer.pace(nowMs) ?? this.body?.pace(nowMs) ?? null;
  }

  override cutSlow(): void {
    this.endEarly('client-timeout', 'aborted', 408);
  }

  idle(): boolean {
    const isSending = !this.received && this.body !== null && !this.request.isPaused();
    if (!isSending && !this.writer.blocked) return false;
    this.endEarly('client-timeout', 'aborted', 408);
    return true;
  }

  // Events of the connection to running

  onConnect(abort: () => void): void {
    this.abort = abort;
    this.responding = false;
    this.sent = false;
    if (this.cancelled) abort();
  }

  onRequestSent(): void {
    this.sent = true;
    if (this.isHalfClosed) this.client?.finish();
  }

  onInterim(status: number, reason: string, fields: FlatHeaders): void {
    // HTTP/1.0 has no interim responses.
    if (this.over || this.request.httpVersionMinor === 0) return;
    this.writer.interim(status, reason, fields);
  }

  onHead(status: number, reason: string, received: ResponseHead, resume: () => void): void {
    if (this.over) return;
    const head = this.previews === null ? received : unstored(received);
    this.resume = resume;
    this.ticket.setHead(status, head);
    const bodiless = isBodiless(this.head.method, status);
    const isOld = this.request.httpVersionMinor === 0;
    const close = this.closes || (isOld && !bodiless && head.contentLength === UNKNOWN_LENGTH);
    if (close) this.connection.seal();
    this.writer.head(status, reason, head, { isOld, bodiless, close });
    this.countResponse(status);
    this.previews?.served();
  }

  onData(chunk: Buffer): boolean {
    if (this.over) return true;
    this.ticket.addResponse(chunk);
    return this.writer.data(chunk, this.resume);
  }

  onPending(): void {
    if (!this.over) this.writer.flush();
  }

  onComplete(trailers: FlatHeaders): void {
    if (!this.over) {
      this.writer.end(pairsOf(trailers));
      this.ticket.finish(this.writer.status, null, trailers);
      this.finish();
    }
    this.giveBack();
  }

  onError(error: Error): void {
    if (this.over || this.cancelled) return this.giveBack();
    if (this.hasMovedOn()) return;
    const { client, pool } = this;
    if (client?.spent && isStale(error)) return this.leave();
    const canRetry = !this.retried && !this.responding && client !== null && pool !== null;
    if (canRetry && mayRepeat(error, client, this.head, this.body)) {
      this.retried = true;
      if (this.previews === null) this.context.counts.retried++;
      this.client = null;
      return pool.runAnew(this, client);
    }
    const canWait = this.writer.status === 0 && mayWait(error, this.body);
    if (canWait && this.waitForNextRunning(this.context.refusals)) return;
    this.giveBack();
    this.fail(failureKindOf(error), statusOf(error), causeOf(error));
  }

  /** Never called: only a tunnel requests another protocol. */
  onUpgrade(): void {}

  // Private

  protected override endBroken(status: number): void {
    this.endEarly('client-malformed', 'refused', status);
  }

  protected override mayMove(): boolean {
    return !this.cancelled && this.writer.status === 0 && mayMoveOn(this.head, this.body);
  }

  protected override neverSent(): void {
    this.ticket.skip('aborted');
  }

  protected override forward(pool: UpstreamPool): void {
    if (this.hasLeft) return pool.run(this);
    if (this.previews === null) this.ticket.decide();
    else this.ticket.preview();
    const { bodyBytes } = this.head;
    if (bodyBytes === 0) return pool.run(this);
    const { whole } = this.request;
    if (whole != null) {
      this.ticket.addRequest(whole);
      this.body = RequestBody.whole(this.request, whole);
      return pool.run(this);
    }
    if (this.expectsContinue) this.response.writeContinue();
    this.expectsContinue = false;
    this.body = new RequestBody(this.request, bodyBytes, {
      onChunk: (chunk) => this.ticket.addRequest(chunk),
      onThrow: (error) => this.collapse(error),
    });
    this.body.gather(() => pool.run(this));
  }

  protected override cancelUpstream(): void {
    this.cancelled = true;
    this.body?.cancel();
    super.cancelUpstream();
  }

  protected override finish(): void {
    this.body?.cancel();
    super.finish();
  }
}

containEntries(Forward);
