import type { Socket } from 'node:net';
import { joinHeaders } from '../http/headers.ts';
import type { BodySource, TrailerSource } from './types.ts';

/** Writes the body of one request to running as it arrives, as fast as running accepts it. */
export class BodySender {
  private readonly socket: Socket;
  private readonly chunked: boolean;
  private readonly trailers: TrailerSource | null;
  private readonly onSent: () => void;
  /** Null when nothing remains to be sent. */
  private source: BodySource | null = null;

  constructor(
    socket: Socket,
    framing: { readonly chunked: boolean; readonly trailers: TrailerSource | null },
    onSent: () => void,
  ) {
    this.socket = socket;
    this.chunked = framing.chunked;
    this.trailers = framing.trailers;
    this.onSent = onSent;
  }

  send(source: BodySource): void {
    this.source = source;
    source.on('data', (chunk: Buffer) => {
      if (this.source !== null && !this.write(chunk)) source.pause();
    });
    source.on('end', () => {
      if (this.source === null) return;
      this.source = null;
      if (this.chunked) this.writeLast();
      this.onSent();
    });
    source.resume();
  }

  /** The socket accepts more. */
  drained(): void {
    this.source?.resume();
  }

  /** Drops the rest, which nobody wants. */
  cancel(): void {
    const { source } = this;
    this.source = null;
    source?.destroy();
  }

  // Private

  private write(chunk: Buffer): boolean {
    const { socket } = this;
    if (!this.chunked) return socket.write(chunk);
    socket.cork();
    socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1');
    socket.write(chunk);
    const takesMore = socket.write('\r\n', 'latin1');
    socket.uncork();
    return takesMore;
  }

  private writeLast(): void {
    const trailers = joinHeaders(this.trailers?.read().flat() ?? []);
    this.socket.write(`0\r\n${trailers}\r\n`, 'latin1');
  }
}
