import type { Socket } from 'node:net';
import { PatientTimer } from '../../../lib/runtime/patient-timer.ts';
import type { AnyBytes } from '../any-bytes.ts';
import { pieces } from '../http-arbitraries.ts';
import { Upstream } from '../proxy-fixture.ts';
import { reset } from '../reset.ts';

const FINE = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine';
const GATHER_MAX_MS = 3000;
const TARGET = /^\w+ (\S+) HTTP\/1\.1\r\n/;

/**
 * A running that sends the bytes of case N for `/N`, and what is right for everything else. It begins when as many
 * requests have come as were announced, so that each has a connection of its own and no late byte of one case can be
 * taken for the response to another.
 */
export class AnyRunning {
  private said: readonly AnyBytes[] = [];
  private missing = 0;
  private waiting: (() => void)[] = [];
  private readonly timer = new PatientTimer(() => this.begin());
  private readonly spoiled = new Set<Socket>();

  open(): Promise<Upstream> {
    return Upstream.raw((socket, all) => {
      if (!all.endsWith('\r\n\r\n')) return;
      const last = all.slice(all.lastIndexOf('\r\n\r\n', all.length - 5) + 1).trimStart();
      const target = TARGET.exec(last)?.[1] ?? '';
      const bytes = this.said[Number(target.slice(1))];
      this.gathered(() => {
        if (bytes === undefined) socket.write(FINE);
        else this.speak(socket, bytes);
      });
    });
  }

  /** What to say next, and to how many requests at once; without a number to each as it comes. */
  announce(said: readonly AnyBytes[], requests = 0): void {
    this.said = said;
    this.missing = requests;
    // Some of them may have been given up by their clients.
    if (requests > 0) this.timer.start(GATHER_MAX_MS);
  }

  /** Ends every connection on which something was said that is not right. */
  async quiet(): Promise<void> {
    this.begin();
    const closed = [...this.spoiled].map((socket) => {
      return new Promise<void>((resolve) => {
        if (socket.closed) resolve();
        else socket.once('close', () => resolve()).destroy();
      });
    });
    this.spoiled.clear();
    await Promise.all(closed);
    // The proxy reads their ends in the meantime.
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
  }

  // Private

  private gathered(respond: () => void): void {
    this.missing--;
    if (this.missing < 0) return respond();
    this.waiting.push(respond);
    if (this.missing === 0) this.begin();
  }

  private begin(): void {
    this.timer.stop();
    this.missing = 0;
    const waiting = this.waiting;
    this.waiting = [];
    for (const respond of waiting) respond();
  }

  private speak(socket: Socket, { text, cuts, delayMs, ending }: AnyBytes): void {
    this.spoiled.add(socket);
    const parts = pieces(text, cuts).filter((piece) => piece !== '');
    const next = (): void => {
      const part = parts.shift();
      if (part !== undefined) {
        socket.write(part, 'latin1');
        if (delayMs === 0) setImmediate(next);
        else setTimeout(next, delayMs);
      } else if (ending === 'reset') reset(socket);
      else if (ending === 'end') socket.end();
    };
    next();
  }
}
