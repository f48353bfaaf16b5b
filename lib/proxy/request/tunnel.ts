import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProxyContext } from '../context.ts';
import type { Connection } from '../downstream/connection.ts';
import { rawPage } from '../downstream/error-pages.ts';
import { joinHeaders } from '../http/headers.ts';
import type { RequestHead } from '../http/request-head.ts';
import type { ResponseHead } from '../http/response-headers.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { failureKindOf, isRefused, statusOf } from '../upstream/errors.ts';
import type { UpstreamPool } from '../upstream/pool.ts';
import type { UpstreamHandler } from '../upstream/types.ts';
import { RequestLifecycle } from './lifecycle.ts';

const SWITCHING = 101;

/**
 * A request to change the protocol, such as a WebSocket. When running agrees (101) the two
 * connections are joined; when it does not, its answer is passed on and the connection ends, since
 * nobody parses it any more. Never mirrored.
 */
export class Tunnel extends RequestLifecycle implements UpstreamHandler {
  readonly received = true;
  protected override readonly connection: Connection;
  /** What the client sent right behind its request. */
  private readonly early: Buffer;
  private upstream: Duplex | null = null;
  private answered = false;

  constructor(context: ProxyContext, connection: Connection, head: RequestHead, early: Buffer) {
    super(context, connection, head);
    this.connection = connection;
    this.early = early;
    context.counts.skip(head.rejection === null ? 'upgrade' : 'refused');
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
    const plain = { body: null, chunked: false, trailers: null };
    client.dispatch({ method, path, lines, namesHost, upgrade, ...plain }, this);
  }

  noConnection(): void {
    this.context.counts.error('overloaded');
    this.page(503);
  }

  cut(): void {
    if (this.over) return;
    this.context.counts.error('cut');
    this.end();
  }

  gone(): void {
    this.end();
  }

  /** A tunnel may be silent for as long as both ends like. */
  idle(): boolean {
    return false;
  }

  broken(): void {
    this.end();
  }

  // What the connection to running calls

  onConnect(abort: () => void): void {
    this.abort = abort;
    if (this.over) abort();
  }

  onRequestSent(): void {}

  onResponseStarted(): void {}

  onInterim(): void {}

  onPending(): void {}

  onUpgrade(fields: readonly string[], upstream: Duplex): void {
    const { socket } = this.connection;
    this.abort = null;
    this.upstream = upstream;
    this.giveBack();
    upstream.on('error', () => upstream.destroy());
    upstream.once('close', () => this.upstreamClosed(upstream));
    if (this.over) return void upstream.destroy();
    this.answered = true;
    this.context.counts.respond(SWITCHING);
    const line = `HTTP/1.1 ${SWITCHING} ${STATUS_CODES[SWITCHING]}\r\n`;
    socket.setTimeout(0);
    socket.write(`${line}${joinHeaders(fields)}\r\n`, 'latin1');
    if (this.early.length !== 0) upstream.write(this.early);
    upstream.pipe(socket);
    socket.pipe(upstream);
  }

  onHead(status: number, reason: string, { fields }: ResponseHead, resume: () => void): void {
    if (this.over) return;
    this.answered = true;
    this.context.counts.respond(status);
    const head = `HTTP/1.1 ${status} ${reason}\r\n${fields.lines}`;
    const { socket } = this.connection;
    // Without a length the end of the connection is the end of the body.
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
    if (isRefused(error) && !this.waited && !this.over && this.waitForNextRunning()) return;
    this.giveBack();
    if (this.over) return;
    const kind = failureKindOf(error);
    this.context.counts.error(kind);
    if (this.answered) this.end();
    else this.page(statusOf(kind));
  }

  // Private

  protected override forward(pool: UpstreamPool): void {
    pool.run(this);
  }

  protected override giveUp(): void {
    this.context.counts.error('refused');
    this.page(502);
  }

  protected override reject(status: number): void {
    this.page(status);
  }

  protected override respondUnavailable(): void {
    this.page(503);
  }

  private page(status: number): void {
    this.context.counts.respond(status);
    this.connection.socket.write(rawPage(this.context.pages.page(status)));
    this.finish();
    this.connection.end();
  }

  /** What running said before it closed may still be on its way to a slow client. */
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

/** HTTP/2 in clear text would hide requests from the gate (RFC 9113 section 3.1 has given it up). */
const NOT_TUNNELLED = /(?:^|,)\s*(?:h2c?|HTTP\/[^,]*)\s*(?:,|$)/i;

/** Whether the protocol change that a request asks for may be put to running. */
export function isTunnelled(head: RequestHead): boolean {
  const { bodyBytes, upgrade } = head.fields;
  return bodyBytes === 0 && upgrade !== '' && !NOT_TUNNELLED.test(upgrade);
}

/**
 * The request's head again, without its wish to upgrade: a server may always ignore that
 * (RFC 9110 section 7.8), and clients such as Java's ask for HTTP/2 this way in passing.
 */
export function requestAsBytes(request: IncomingMessage): Buffer {
  const raw = request.rawHeaders;
  let head = `${request.method} ${request.url} HTTP/${request.httpVersion}\r\n`;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!/^(?:upgrade|http2-settings)$/i.test(name)) head += `${name}: ${raw[index + 1] ?? ''}\r\n`;
  }
  return Buffer.from(`${head}\r\n`, 'latin1');
}
