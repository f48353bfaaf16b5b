import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { RawClient } from '../support/proxy-fixture.ts';
import { type Message, readMessage, valueOf, without } from './message.ts';
import type { Outcome, Told } from './outcome.ts';
import { slugOf } from './scripted-servlet.ts';
import { TRAP_HEADER, type Trap } from './trap.ts';

const HARMLESS = 'GET /harmless HTTP/1.1\r\nHost: a\r\n\r\n';
const LAST = 'GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding'];

/** Where a trap is played: running itself, or Vili in front of it. */
export interface Side {
  readonly port: number;
  readonly secure: boolean;
}

/** Plays the client's part of a trap. `asked` resolves once running has the request. */
export async function call(side: Side, trap: Trap, asked: () => Promise<void>): Promise<Outcome> {
  const client = new RawClient(side.secure ? secured(side.port) : side.port);
  try {
    return await new Call(client, trap).play(asked);
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

  async play(asked: () => Promise<void>): Promise<Outcome> {
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
      await asked();
      client.close();
      return { interim: [], answers: [], connection: 'left' };
    }
    for (const part of later) {
      await client.until((text) => text.length > this.from);
      client.send(part);
    }
    return this.answers(named, later.at(-1) ?? '');
  }

  // Private

  private async answers(request: string, lastPart: string): Promise<Outcome> {
    const interim: Told[] = [];
    const answers: Told[] = [];
    let closes =
      /^connection: *close/im.test(request) || / HTTP\/1\.0\r\n(?![^]*keep-alive)/.test(request);
    while (answers.length < (this.trap.answers ?? 1)) {
      const message = await this.message(request.startsWith('HEAD '));
      if (message === null) break;
      this.from = message.end;
      if (message.startLine.includes(' 101 ')) return this.tunnel(told(message), lastPart);
      if (message.startLine.startsWith('HTTP/1.1 1')) interim.push(told(message));
      else answers.push(told(message));
      closes ||= /close/i.test(valueOf(message.headers, 'connection') ?? '');
    }
    return { interim, answers, connection: await this.connection(closes) };
  }

  /** The next message, whole or as far as it came; null when the connection ended before a head. */
  private async message(answersHead: boolean): Promise<Message | null> {
    const { client } = this;
    const read = (): Message | null =>
      readMessage(client.text, this.from, { ended: client.ended, answersHead });
    await client.until(() => client.ended || (read()?.whole ?? false));
    return read();
  }

  /** What goes through a connection that speaks another protocol now, both ways. */
  private async tunnel(switched: Told, lastPart: string): Promise<Outcome> {
    const { client } = this;
    await client.until((text) => text.endsWith(lastPart));
    client.socket.end();
    await client.until(() => client.ended);
    const answer = { ...switched, body: client.text.slice(this.from) };
    return { interim: [], answers: [answer], connection: this.ending() };
  }

  /** Whether the connection serves on, as nothing else can show that both ends agree where they are. */
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

function told(message: Message): Told {
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
