import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RawClient } from '../support/proxy-fixture.ts';
import { type Message, readMessage, valueOf, without } from './message.ts';
import type { Outcome, SeenResponse } from './outcome.ts';
import { slugOf } from './scripted-servlet.ts';
import { TRAP_HEADER, type Trap } from './trap.ts';

const HARMLESS = 'GET /harmless HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding'];

/** Where a trap is played: at running itself, or at Vili in front of it. */
export interface Side {
  readonly port: number;
  readonly secure: boolean;
}

/** Plays the client's part of a trap. `arrived` resolves once running has the request. */
export async function call(side: Side, trap: Trap, arrived: () => Promise<void>): Promise<Outcome> {
  const client = new RawClient(side.secure ? secured(side.port) : side.port);
  try {
    return await new Call(client, trap).play(arrived);
  } finally {
    client.close();
  }
}

// Private

class Call {
  private readonly client: RawClient;
  private readonly trap: Trap;
  private from = 0;

  constructor(client: RawClient, trap: Trap) {
    this.client = client;
    this.trap = trap;
  }

  async play(arrived: () => Promise<void>): Promise<Outcome> {
    const { client, trap } = this;
    if (trap.warm) {
      client.send(HARMLESS);
      this.from = (await this.message(false))?.end ?? 0;
    }
    const [first = '', ...later] = [trap.request].flat();
    const named = first.replaceAll('{trap}', `${TRAP_HEADER}: ${slugOf(trap)}`);
    client.send(named);
    if (trap.halfCloses) client.socket.end();
    if (trap.leaves) {
      await arrived();
      client.close();
      return { interim: [], responses: [], connection: 'left' };
    }
    for (const part of later) {
      await client.until((text) => text.length > this.from);
      client.send(part);
    }
    return this.responses(named, later.at(-1) ?? '');
  }

  // Private

  private async responses(request: string, lastPart: string): Promise<Outcome> {
    const interim: SeenResponse[] = [];
    const responses: SeenResponse[] = [];
    let closes =
      /^connection: *close/im.test(request) || / HTTP\/1\.0\r\n(?![^]*keep-alive)/.test(request);
    while (responses.length < (this.trap.responses ?? 1)) {
      const message = await this.message(request.startsWith('HEAD '));
      if (message === null) break;
      this.from = message.end;
      if (message.startLine.includes(' 101 ')) return this.tunnel(responseOf(message), lastPart);
      if (message.startLine.startsWith('HTTP/1.1 1')) interim.push(responseOf(message));
      else responses.push(responseOf(message));
      closes ||= /close/i.test(valueOf(message.headers, 'connection') ?? '');
    }
    return { interim, responses, connection: await this.connection(closes) };
  }

  /** The next message, complete or as far as it arrived; null when the connection ended before a head. */
  private async message(isHeadResponse: boolean): Promise<Message | null> {
    const { client } = this;
    const read = (): Message | null =>
      readMessage(client.text, this.from, { ended: client.ended, isHeadResponse });
    await client.until(() => client.ended || (read()?.whole ?? false));
    return read();
  }

  /** The bytes that pass both ways through a connection after a change of protocol. */
  private async tunnel(switched: SeenResponse, lastPart: string): Promise<Outcome> {
    const { client } = this;
    await client.until((text) => text.endsWith(lastPart));
    client.socket.end();
    await client.until(() => client.ended);
    const response = { ...switched, body: client.text.slice(this.from) };
    return { interim: [], responses: [response], connection: this.ending() };
  }

  /** Whether the connection serves another request: only this shows that both ends agree on where they are. */
  private async connection(closes: boolean): Promise<Outcome['connection']> {
    const { client } = this;
    if (closes || client.ended) {
      await client.until(() => client.ended);
      return this.ending();
    }
    client.send(LAST);
    const last = await this.message(false);
    await client.until(() => client.ended);
    return last?.whole && last.startLine.endsWith(' 200 OK') ? 'kept' : this.ending();
  }

  private ending(): 'closed' | 'reset' {
    return this.client.error === null ? 'closed' : 'reset';
  }
}

function responseOf(message: Message): SeenResponse {
  const { startLine, headers, body, trailers, framing, whole } = message;
  const kept = without(headers, ...OF_THE_CONNECTION);
  return { status: startLine, headers: kept, body, trailers, framing, whole };
}

function secured(port: number): Socket {
  return connectTls({
    port,
    host: '127.0.0.1',
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: false,
  });
}
