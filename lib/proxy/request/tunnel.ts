import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type FlatHeaders, pairsOf } from '../../model/headers.ts';
import type { ProxyContext } from '../context.ts';
import type { Connection } from '../downstream/connection.ts';
import { type Page, rawPage } from '../downstream/error-pages.ts';
import { joinHeaders } from '../http/headers.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { ResponseHead } from '../http/response-headers.ts';
import { contained } from '../io/contained.ts';
import { unstored } from '../preview/previews.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { causeOf, isRefused, statusOf } from '../upstream/errors.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import type { UpstreamHandler } from '../upstream/types.ts';
import { containEntries } from './entries.ts';
import { RequestLifecycle } from './lifecycle.ts';

const SWITCHING = 101;
/** HTTP/2 in clear text would hide requests from the proxy (RFC 9113 section 3.1 deprecates it). */
const NOT_TUNNELLED = /(?:^|,)\s*(?:h2c?\s*|HTTP\/[^,]*)(?:,|$)/i;
const UPGRADE_HEADER = /^(?:upgrade|http2-settings)$/i;

/**
 * A request to change the protocol, such as a WebSocket. When running agrees (101) the two connections are
 * joined; when it does not, its response is forwarded and the connection ends, since nothing parses it any more.
 * Never mirrored.
 */
export class Tunnel extends RequestLifecycle implements UpstreamHandler {
  readonly received = true;
  /** Nobody knows what was said in it. */
  protected override mayMove(): boolean {
    return false;
  }

  protected override readonly connection: Connection;
  /** The bytes that the client sent right after its request. */
  private readonly early: Buffer;
  private upstream: Duplex | null = null;
  private responded = false;

  constructor(context: ProxyContext, connection: Connection, head: RequestHead, early: Buffer) {
    super(context, connection, head);
    this.connection = connection;
    this.early = early;
    const { rejection, fields } = head;
    context.counts.skip(rejection !== null ? 'refused' : fields.isPreview ? 'preview' : 'upgrade');
  }

  override get heldBytes(): number {
    return super.heldBytes + this.early.length;
  }

  override start(): void {
    const { socket } = this.connection;
    socket.on('error', () => socket.destroy());
    super.start();
  }

  dispatchOn(client: UpstreamClient): void {
    const { method, path, lines, fields } = this.head;
    const { namesHost, upgrade } = fields;
    this.client = client;
    const withoutBody = { body: null, chunked: false, trailers: null, acceptsTrailers: false };
    client.dispatch({ method, path, lines, namesHost, upgrade, ...withoutBody }, this);
  }

  noConnection(): void {
    this.failed('overloaded', '503');
    this.page(503);
  }

  cut(): void {
    if (this.over) return;
    this.failed('cut', 'broken');
    this.end();
  }

  gone(): void {
    this.end();
  }

  /** A tunnel may be idle for as long as both ends like. */
  idle(): boolean {
    return false;
  }

  // Events of the connection to running

  onConnect(abort: () => void): void {
    this.abort = abort;
    if (this.over) abort();
  }

  onRequestSent(): void {}

  onInterim(): void {}

  onPending(): void {}

  onUpgrade(fields: FlatHeaders, upstream: Duplex): void {
    const { socket } = this.connection;
    this.abort = null;
    this.upstream = upstream;
    this.giveBack();
    const onThrow = (error: unknown): void => this.collapse(error);
    upstream.on('error', () => upstream.destroy());
    upstream.once(
      'close',
      contained(() => this.upstreamClosed(upstream), onThrow),
    );
    if (this.over) return void upstream.destroy();
    this.responded = true;
    this.countResponse(SWITCHING);
    this.previews?.served();
    const line = `HTTP/1.1 ${SWITCHING} ${STATUS_CODES[SWITCHING]}\r\n`;
    socket.setTimeout(0);
    socket.write(`${line}${joinHeaders(fields)}\r\n`, 'latin1');
    if (this.early.length !== 0) upstream.write(this.early);
    upstream.pipe(socket);
    socket.pipe(upstream);
  }

  onHead(status: number, reason: string, received: ResponseHead, resume: () => void): void {
    if (this.over) return;
    const { fields } = this.previews === null ? received : unstored(received);
    this.previews?.served();
    this.responded = true;
    this.countResponse(status);
    const head = `HTTP/1.1 ${status} ${reason}\r\n${fields.lines}`;
    const { socket } = this.connection;
    // The end of the connection is the end of a body without a length.
    socket.write(`${head}Connection: close\r\n\r\n`, 'latin1');
    socket.on('drain', resume);
  }

  onData(chunk: Buffer): boolean {
    return this.over || this.connection.socket.write(Buffer.from(chunk));
  }

  onComplete(): void {
    this.giveBack();
    this.finish();
    this.connection.end();
  }

  onError(error: Error): void {
    const { refusals } = this.context;
    if (isRefused(error) && !this.over && this.waitForNextRunning(refusals)) return;
    this.giveBack();
    if (this.over) return;
    this.failed(causeOf(error), this.responded ? 'broken' : `${statusOf(error)}`);
    if (this.responded) this.end();
    else this.page(statusOf(error));
  }

  // Private

  protected override endBroken(): void {
    this.end();
  }

  /** A tunnel has been counted from the start. */
  protected override neverSent(): void {}

  protected override forward(pool: UpstreamPool): void {
    pool.run(this);
  }

  protected override giveUp(): void {
    this.failed('refused', '502');
    this.page(502);
  }

  protected override reject(status: number): void {
    this.page(status);
  }

  protected override respondUnavailable(): void {
    this.page(503);
  }

  protected override breakOff(): void {
    this.upstream?.destroy();
    this.connection.socket.destroy();
  }

  protected override refusePreview(page: Page): void {
    this.send(page);
  }

  private page(status: number): void {
    this.countResponse(status);
    this.send((this.previews ?? this.context.pages).page(status));
  }

  private send(page: Page): void {
    this.connection.socket.write(rawPage(page));
    this.finish();
    this.connection.end();
  }

  /** What running sent before it closed may still be on its way to a slow client. */
  private upstreamClosed(upstream: Duplex): void {
    if (this.over || !upstream.readableEnded) return this.end();
    this.finish();
    this.connection.end();
  }

  /** Ends both sides at once. */
  private end(): void {
    if (this.over) return;
    this.finish();
    this.cancelUpstream();
    this.upstream?.destroy();
    this.connection.socket.destroy();
  }
}

containEntries(Tunnel);

/** Whether the protocol change that a request asks for may be forwarded to running. */
export function isTunnelled(head: RequestHead): boolean {
  const { bodyBytes, upgrade } = head.fields;
  return bodyBytes === 0 && upgrade !== '' && !NOT_TUNNELLED.test(upgrade);
}

/**
 * The request's head as bytes, without its upgrade: a server may always ignore that (RFC 9110 section 7.8), and
 * some clients, such as Java's, ask for HTTP/2 this way with ordinary requests.
 */
export function withoutUpgrade({ method, url, httpVersion, rawHeaders }: IncomingMessage): Buffer {
  const kept = pairsOf(rawHeaders).filter(([name]) => !UPGRADE_HEADER.test(name));
  const head = `${method} ${url} HTTP/${httpVersion}\r\n${joinHeaders(kept.flat())}\r\n`;
  return Buffer.from(head, 'latin1');
}
