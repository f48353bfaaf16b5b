import type { FailureKind } from '../../model/exchange.ts';
import type { ProxyContext } from '../context.ts';
import type { SkipReason } from '../copy/filter.ts';
import { MirrorTicket } from '../copy/ticket.ts';
import type { ProxyErrorKind } from '../counts.ts';
import type { Page } from '../downstream/error-pages.ts';
import type { UserResponse } from '../downstream/types.ts';
import type { RequestHead } from '../http/request-head.ts';
import { statusOf } from '../upstream/errors.ts';
import { RequestLifecycle, type TurnOwner } from './lifecycle.ts';
import { ResponseWriter } from './response.ts';

/** The ways in which a forwarded request ends other than by a whole response of the servlet. */
export abstract class ForwardEndings extends RequestLifecycle {
  protected readonly writer: ResponseWriter;
  protected readonly ticket: MirrorTicket;

  constructor(
    context: ProxyContext,
    connection: TurnOwner,
    head: RequestHead,
    response: UserResponse,
  ) {
    super(context, connection, head);
    this.writer = new ResponseWriter(response);
    this.ticket = new MirrorTicket(context, head, connection.origin);
  }

  // Private

  /** Whether the proxy ends the user's connection after the response. */
  protected get closes(): boolean {
    const { closing, leaving, settings } = this.context;
    return closing || leaving || settings.request.keepAliveMs === 0;
  }

  /** `status`: where no response has begun. */
  protected fail(kind: FailureKind, status: 502 | 504, cause: ProxyErrorKind = kind): void {
    this.failed(cause, this.writer.status === 0 ? `${status}` : 'broken');
    if (this.writer.status === 0) this.page(status);
    else this.writer.break();
    this.ticket.finish(0, kind);
    this.finish();
  }

  protected override giveUp(): void {
    this.fail('refused', 502);
  }

  protected override reject(status: number): void {
    this.ticket.skip('refused');
    this.page(status, true);
    this.finish();
  }

  protected override respondUnavailable(): void {
    this.ticket.skip('held');
    this.page(503);
    this.finish();
  }

  protected override breakOff(): void {
    if (this.connection.isGone) return;
    if (this.writer.status === 0) this.page(statusOf('malformed'));
    else this.writer.break();
  }

  /** Ends a request that cannot succeed, with `status` where no response has begun. */
  protected endEarly(error: ProxyErrorKind, reason: SkipReason, status: number): void {
    if (this.over) return;
    const { writer, connection } = this;
    if (status !== 503 || connection.isGone || writer.ended) this.countError(error);
    else this.failed(error, writer.status === 0 ? '503' : 'broken');
    this.ticket.skip(reason);
    if (connection.isGone) writer.ended = true;
    else if (writer.status === 0) this.page(status);
    else if (!writer.ended) writer.break();
    this.cancelUpstream();
    this.finish();
  }

  /** Running took the client's half-close for the end of the client: so does the proxy. */
  protected leave(): void {
    this.writer.break();
    this.endEarly('client-aborted', 'aborted', 0);
    this.giveBack();
  }

  protected override refusePreview(page: Page): void {
    this.ticket.preview();
    this.send(page, this.closes || !this.received);
    this.finish();
  }

  private page(status: number, close = this.closes || !this.received): void {
    this.countResponse(status);
    this.send((this.previews ?? this.context.pages).page(status), close);
  }

  private send(page: Page, close: boolean): void {
    if (close) this.connection.seal();
    this.writer.page(page, close);
  }
}
