import { IncomingMessage, ServerResponse } from 'node:http';
import { type Fields, interimText } from './field-lines.ts';

/** node's response, that can also tell what running says before its answer. */
export class GateResponse extends ServerResponse {
  begin(status: number, reason: string, { flat }: Fields, closes: boolean): void {
    const sent = closes ? [...flat, 'Connection', 'close'] : (flat as string[]);
    this.writeHead(status, reason, sent);
  }

  /**
   * Passes an interim answer on. It is left out where it would be in the way: of a pipelined answer
   * that is not through yet, or of a client that does not read.
   */
  writeInterim(status: number, reason: string, headers: readonly string[]): void {
    const { socket } = this;
    if (socket === null || this.headersSent || socket.writableNeedDrain) return;
    socket.write(interimText(status, reason, headers), 'latin1');
  }
}

/**
 * node's request without the object of lower-cased headers, which costs more than forwarding does:
 * node itself asks it for two names only, and the gate reads the flat array.
 */
export class GateRequest extends IncomingMessage {}

Object.defineProperty(GateRequest.prototype, 'headers', {
  configurable: true,
  get(this: IncomingMessage): { host?: string; expect?: string } {
    const found: { host?: string; expect?: string } = {};
    const raw = this.rawHeaders;
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] ?? '';
      if (name.length === 4 && name.toLowerCase() === 'host') found.host = raw[index + 1] ?? '';
      else if (name.length === 6 && name.toLowerCase() === 'expect') {
        found.expect = raw[index + 1] ?? '';
      }
    }
    return found;
  },
  set(): void {},
});
