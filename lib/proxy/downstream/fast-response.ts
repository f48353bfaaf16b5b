import { type HeaderBlock, interimText, joinHeaders } from '../http/headers.ts';
import { ONE_WRITE_MAX_BYTES } from '../io/write-coalescing.ts';
import type { Connection } from './connection.ts';
import type { UserResponse } from './types.ts';

/** The answer to a plain request, written in as few system calls as it takes (RFC 9112). */
export class FastResponse implements UserResponse {
  sendDate = false;
  chunkedEncoding = false;
  /** The connection ends behind it. */
  last: boolean;
  private readonly connection: Connection;
  /** What is said of a connection that stays, and the end of the head. */
  private readonly staying: string;
  private readonly isBodiless: boolean;
  /** What is to be written in front of the next piece. */
  private pending = '';
  private headSent = false;
  private trailers = '';

  constructor(connection: Connection, staying: string, isHead: boolean, last: boolean) {
    this.connection = connection;
    this.staying = staying;
    this.isBodiless = isHead;
    this.last = last;
  }

  /** Never called: a plain request expects nothing. */
  writeContinue(): void {}

  writeInterim(status: number, reason: string, headers: readonly string[]): void {
    const { socket } = this.connection;
    if (this.headSent || socket.writableNeedDrain) return;
    socket.write(interimText(status, reason, headers), 'latin1');
  }

  begin(
    status: number,
    reason: string,
    fields: HeaderBlock,
    closes: boolean,
    isOpenEnded: boolean,
  ): void {
    this.last ||= closes;
    this.chunkedEncoding = isOpenEnded;
    const coding = isOpenEnded ? 'Transfer-Encoding: chunked\r\n' : '';
    const ending = this.last ? 'Connection: close\r\n\r\n' : this.staying;
    this.pending = `HTTP/1.1 ${status} ${reason}\r\n${fields.lines}${coding}${ending}`;
  }

  flushHeaders(): void {
    if (this.pending !== '') this.say(this.pending);
    this.pending = '';
  }

  write(chunk: Buffer): boolean {
    const { socket } = this.connection;
    if (this.isBodiless) return true;
    const before = this.pending + (this.chunkedEncoding ? `${chunk.length.toString(16)}\r\n` : '');
    const after = this.chunkedEncoding ? '\r\n' : '';
    this.pending = '';
    if (chunk.length <= ONE_WRITE_MAX_BYTES) {
      return this.say(before + chunk.toString('latin1') + after);
    }
    socket.cork();
    if (before !== '') this.say(before);
    const takesMore = socket.write(chunk);
    if (after !== '') this.say(after);
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

  private say(text: string): boolean {
    this.headSent = true;
    return this.connection.socket.write(text, 'latin1');
  }
}
