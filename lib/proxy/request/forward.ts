import type { FailureKind } from '../../model/exchange.ts';
import { pairsOf } from '../../model/headers.ts';
import type { ProxyContext } from '../context.ts';
import type { SkipReason } from '../copy/filter.ts';
import { MirrorTicket } from '../copy/ticket.ts';
import type { ProxyErrorKind } from '../counts.ts';
import type { UserRequest, UserResponse } from '../downstream/types.ts';
import type { RequestHead } from '../http/request-head.ts';
import { CHUNKED, trailersToSend } from '../http/request-headers.ts';
import { isBodiless, type ResponseHead } from '../http/response-headers.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { failureKindOf, isRefused, isStale, statusOf } from '../upstream/errors.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import type { TrailerSource, UpstreamHandler } from '../upstream/types.ts';
import { RequestBody } from './body.ts';
import { RequestLifecycle, type TurnOwner } from './lifecycle.ts';
import { Answer } from './response.ts';

const NO_TRAILERS: [string, string][] = [];

/** One user request on its way: held if need be, sent to running, answered, copied, counted. */
export class Forward extends RequestLifecycle implements UpstreamHandler {
  private readonly request: UserRequest;
  private readonly response: UserResponse;
  private readonly answer: Answer;
  private readonly account: MirrorTicket;
  private resume: () => void = nothing;
  private body: RequestBody | null = null;
  private expectsContinue: boolean;
  private cancelled = false;
  private retried = false;
  private responding = false;
  private sent = false;
  private listensOnly = false;

  constructor(
    context: ProxyContext,
    connection: TurnOwner,
    request: UserRequest,
    response: UserResponse,
    head: RequestHead,
    expectsContinue: boolean,
  ) {
    super(context, connection, head);
    this.request = request;
    this.response = response;
    this.expectsContinue = expectsContinue;
    this.answer = new Answer(response);
    this.account = new MirrorTicket(context, head);
  }

  get received(): boolean {
    return this.head.bodyBytes === 0 || this.request.complete;
  }

  dispatchOn(client: UpstreamClient): void {
    const { method, path, lines, fields } = this.head;
    this.client = client;
    this.account.begin();
    const request = {
      method,
      path,
      lines: fields.acceptsTrailers ? `${lines}TE: trailers\r\n` : lines,
      namesHost: fields.namesHost,
      body: this.body === null ? null : this.body.source(),
      chunked: fields.bodyBytes === CHUNKED,
      trailers: this.trailers(),
      upgrade: '',
    };
    client.dispatch(request, this);
  }

  noConnection(): void {
    this.endEarly('overloaded', 'refused', 503);
  }

  cut(): void {
    this.endEarly('cut', 'aborted', 503);
  }

  gone(): void {
    if (!this.answer.ended) this.endEarly('client-aborted', 'aborted', 0);
  }

  override halfClosed(): boolean {
    this.listensOnly = true;
    if (this.sent) this.client?.finish();
    return super.halfClosed();
  }

  idle(): boolean {
    const waitsForBody = !this.received && this.body !== null && !this.request.isPaused();
    if (!waitsForBody && !this.answer.blocked) return false;
    this.endEarly('client-timeout', 'aborted', 408);
    return true;
  }

  broken(status: number): void {
    this.endEarly('client-malformed', 'refused', status);
  }

  // What the connection to running calls

  onConnect(abort: () => void): void {
    this.abort = abort;
    this.responding = false;
    this.sent = false;
    if (this.cancelled) abort();
  }

  onRequestSent(): void {
    this.sent = true;
    if (this.listensOnly) this.client?.finish();
  }

  onResponseStarted(): void {
    this.responding = true;
  }

  onInterim(status: number, reason: string, fields: readonly string[]): void {
    // A client of HTTP/1.0 knows no interim answers.
    if (!this.over && this.request.httpVersionMinor !== 0) {
      this.answer.inform(status, reason, fields);
    }
  }

  onHead(status: number, reason: string, head: ResponseHead, resume: () => void): void {
    if (this.over) return;
    this.resume = resume;
    this.account.copy?.setHead(status, head.fields.flat);
    const bodiless = isBodiless(this.head.method, status);
    const isOld = this.request.httpVersionMinor === 0;
    this.answer.head(status, reason, head, { isOld, bodiless, close: this.closes });
    this.context.counts.respond(status);
  }

  onData(chunk: Buffer): boolean {
    if (this.over) return true;
    this.account.addResponse(chunk);
    return this.answer.data(chunk, this.resume);
  }

  onPending(): void {
    if (!this.over) this.answer.flush();
  }

  onComplete(trailers: readonly string[]): void {
    if (!this.over) {
      this.answer.end(trailers.length === 0 ? NO_TRAILERS : pairsOf(trailers));
      this.account.finish(this.answer.status, null);
      this.finish();
    }
    this.giveBack();
  }

  onError(error: Error): void {
    if (this.over || this.cancelled) return this.giveBack();
    const { client, pool } = this;
    if (client?.spent && isStale(error)) return this.leave();
    if (client !== null && pool !== null && this.mayRetry(error, client)) {
      this.retried = true;
      this.context.counts.retried++;
      this.client = null;
      return pool.runAnew(this, client);
    }
    if (this.mayWait(error) && this.waitForNextRunning()) return;
    this.giveBack();
    this.fail(failureKindOf(error));
  }

  /** Never called: only tunnels ask for another protocol. */
  onUpgrade(): void {
    this.abort?.();
  }

  // Private

  /** Whether the user's connection ends behind the answer, whatever the client wants. */
  private get closes(): boolean {
    const { closing, settings } = this.context;
    return closing || settings.request.keepAliveMs === 0;
  }

  private trailers(): TrailerSource | null {
    const names = this.head.fields.trailers;
    if (names.length === 0) return null;
    return { names, read: () => trailersToSend(this.request.rawTrailers, names) };
  }

  protected override forward(pool: UpstreamPool): void {
    if (this.waited) return pool.run(this);
    this.account.decide();
    const { bodyBytes } = this.head;
    if (bodyBytes === 0) return pool.run(this);
    const { whole } = this.request;
    if (whole != null) {
      this.account.addRequest(whole);
      this.body = RequestBody.whole(this.request, whole);
      return pool.run(this);
    }
    if (this.expectsContinue) this.response.writeContinue();
    this.expectsContinue = false;
    this.body = new RequestBody(this.request, bodyBytes, (chunk) => {
      this.account.addRequest(chunk);
    });
    this.body.gather(() => pool.run(this));
  }

  private fail(kind: FailureKind): void {
    this.context.counts.error(kind);
    if (this.answer.status === 0) this.page(statusOf(kind));
    else this.answer.break();
    this.account.finish(0, kind);
    this.finish();
  }

  private mayRetry(error: Error, client: UpstreamClient): boolean {
    if (this.retried || this.responding || client.sent < 2) return false;
    return this.repeatable && this.head.isIdempotent && isStale(error);
  }

  private mayWait(error: Error): boolean {
    return !this.waited && this.answer.status === 0 && isRefused(error) && this.repeatable;
  }

  private get repeatable(): boolean {
    return this.body === null || this.body.repeatable;
  }

  protected override giveUp(): void {
    this.fail('refused');
  }

  protected override reject(status: number): void {
    this.account.skip('refused');
    this.page(status, true);
    this.finish();
  }

  protected override respondUnavailable(): void {
    this.account.skip('held');
    this.page(503);
    this.finish();
  }

  /** Ends an exchange that cannot end well; `status` is told where no answer has begun. */
  private endEarly(error: ProxyErrorKind, reason: SkipReason, status: number): void {
    if (this.over) return;
    const { answer, connection } = this;
    this.context.counts.error(error);
    this.account.skip(reason);
    if (connection.isGone) answer.ended = true;
    else if (answer.status === 0) this.page(status);
    else if (!answer.ended) answer.break();
    this.cancelUpstream();
    this.finish();
  }

  /** Running took the end of the client's side for the end of the client: so does the gate. */
  private leave(): void {
    this.answer.break();
    this.endEarly('client-aborted', 'aborted', 0);
    this.giveBack();
  }

  private page(status: number, close = this.closes || !this.received): void {
    this.context.counts.respond(status);
    this.answer.page(this.context.pages.page(status), close);
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

function nothing(): void {}
