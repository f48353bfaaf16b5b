import type { FlatHeaders } from '../../model/headers.ts';
import { type HeaderBlock, interimText, joinHeaders } from '../http/headers.ts';
import { ONE_WRITE_MAX_BYTES } from '../io/write-coalescing.ts';
import type { Connection } from './connection.ts';
import type { UserResponse } from './types.ts';

/** The response to a fast request, written in as few system calls as possible (RFC 9112). */
export class FastResponse implements UserResponse {
  sendDate = false;
  chunkedEncoding = false;
  /** The connection ends after this response. */
  last: boolean;
  private readonly connection: Connection;
  /** The connection headers of a connection that stays open, and the end of the head. */
  private readonly keepAliveEnd: string;
  private readonly isBodiless: boolean;
  /** To be written before the next piece. */
  private pending = '';
  private headSent = false;
  private trailers = '';

  constructor(connection: Connection, keepAliveEnd: string, isHead: boolean, last: boolean) {
    this.connection = connection;
    this.keepAliveEnd = keepAliveEnd;
    this.isBodiless = isHead;
    this.last = last;
  }

  /** Never called: a fast request has no `Expect`. */
  writeContinue(): void {}

  writeInterim(status: number, reason: string, headers: FlatHeaders): void {
    const { socket } = this.connection;
    if (this.headSent || socket.writableNeedDrain) return;
    socket.write(interimText(status, reason, headers), 'latin1');
  }

  begin(status: number, reason: string, block: HeaderBlock, closes: boolean, open: boolean): void {
    this.last ||= closes;
    this.chunkedEncoding = open;
    const coding = open ? 'Transfer-Encoding: chunked\r\n' : '';
    const headEnd = this.last ? 'Connection: close\r\n\r\n' : this.keepAliveEnd;
    this.pending = `HTTP/1.1 ${status} ${reason}\r\n${block.lines}${coding}${headEnd}`;
  }

  flushHeaders(): void {
    if (this.pending !== '') this.send(this.pending);
    this.pending = '';
  }

  write(chunk: Buffer): boolean {
    const { socket } = this.connection;
    if (this.isBodiless) return true;
    const before = this.pending + (this.chunkedEncoding ? `${chunk.length.toString(16)}\r\n` : '');
    const after = this.chunkedEncoding ? '\r\n' : '';
    this.pending = '';
    if (chunk.length <= ONE_WRITE_MAX_BYTES) {
      return this.send(before + chunk.toString('latin1') + after);
    }
    socket.cork();
    if (before !== '') this.send(before);
    const takesMore = socket.write(chunk);
    if (after !== '') this.send(after);
    socket.uncork();
    return takesMore;
  }

  addTrailers(trailers: [string, string][]): void {
    this.trailers = joinHeaders(trailers.flat());
  }

  end(body?: Buffer | string): void {
    if (typeof body === 'string') this.pending += this.isBodiless ? '' : body;
    else if (body !== undefined) this.write(body);
    if (this.chunkedEncoding) this.pending += `0\r\n${this.trailers}\r\n`;
    this.flushHeaders();
    if (this.last) this.connection.end();
  }

  destroy(): void {
    this.connection.socket.destroy();
  }

  once(_event: 'drain', listener: () => void): void {
    this.connection.socket.once('drain', listener);
  }

  // Private

  private send(text: string): boolean {
    this.headSent = true;
    return this.connection.socket.write(text, 'latin1');
  }
}
