import type { Socket } from 'node:net';
import { attempt } from '../../errors.ts';

/** Longest message in either direction, in characters. */
const MAX_LINE = 4_194_304;

export interface JsonChannelHooks {
  /** Any JSON value that the other side sends; the receiver checks what it is. */
  readonly onMessage: (message: unknown) => void;
  /** Called once: the other side is gone, or sent what is not a message. */
  readonly onEnd: (how: string) => void;
}

/** Messages between two processes over a stream socket: one JSON text a line, in the order in which they are sent. */
export class JsonChannel {
  readonly #socket: Socket;
  readonly #hooks: JsonChannelHooks;
  #rest = '';
  #isOver = false;

  constructor(socket: Socket, hooks: JsonChannelHooks) {
    this.#socket = socket;
    this.#hooks = hooks;
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('error', (error) => this.#end(error.message));
    socket.on('close', () => this.#end('the other side has closed it'));
  }

  /** Without a receiver the message is lost, which `onEnd` tells. */
  send(message: object): void {
    if (!this.#isOver) this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Sends what was sent before, then closes; `onEnd` is not called. */
  close(): void {
    this.#isOver = true;
    this.#socket.end();
  }

  // Private

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > MAX_LINE) {
      return this.#end(`a message is longer than ${MAX_LINE} characters`);
    }
    for (const line of lines) {
      const message = attempt<unknown>(() => JSON.parse(line), undefined);
      if (message === undefined) return this.#end(`not a message: ${line.slice(0, 40)}`);
      if (!this.#isOver) this.#hooks.onMessage(message);
    }
  }

  #end(how: string): void {
    this.#socket.destroy();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#hooks.onEnd(how);
  }
}
