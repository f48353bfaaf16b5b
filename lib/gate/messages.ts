import { IncomingMessage } from 'node:http';

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
