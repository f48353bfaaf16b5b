import { createServer, type Server, type Socket } from 'node:net';
import { reset } from '../support/reset.ts';
import { type Message, readMessage, valueOf } from './message.ts';
import { OK, type Play, type Trap } from './trap.ts';
import { TRAPS } from './traps/index.ts';

const SEEN_HEADER = 'x-seen';
const SIMPLE: Play = { bytes: OK };
const PLAYS: ReadonlyMap<string, Trap> = new Map(TRAPS.map((trap) => [slugOf(trap), trap]));

/** What running has recorded of one trap. */
export interface Memory {
  readonly requests: Message[];
  /** How many connections with the trap have ended. */
  left: number;
}

/** The trap's name as the value of a header. */
export function slugOf({ name }: Pick<Trap, 'name'>): string {
  return name.replaceAll(/[^A-Za-z0-9]+/g, '-');
}

/** A running that responds to each trap with its bytes, and reports what it has seen of it. */
export function openScriptedServlet(port: number): Promise<Server> {
  const memories = new Map<string, Memory>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    new ScriptedConnection(socket, memories).open();
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

// Private

class ScriptedConnection {
  private readonly socket: Socket;
  private readonly memories: Map<string, Memory>;
  private text = '';
  private served = 0;
  private echoes = false;
  private continued = false;
  private respondedEarly = false;
  private readonly met = new Set<string>();

  constructor(socket: Socket, memories: Map<string, Memory>) {
    this.socket = socket;
    this.memories = memories;
  }

  open(): void {
    const { socket } = this;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      if (this.echoes) return void socket.write(chunk);
      this.text += chunk.toString('latin1');
      this.serve();
    });
    // As most servers do, it still responds to the requests received.
    socket.on('end', () => setImmediate(() => socket.end()));
    socket.on('close', () => {
      for (const slug of this.met) this.memory(slug).left++;
    });
  }

  // Private

  private serve(): void {
    for (;;) {
      const request = readMessage(this.text, 0);
      if (request === null || this.socket.writableEnded) return;
      const slug = valueOf(request.headers, 'x-trap');
      const play = PLAYS.get(slug ?? '')?.play ?? SIMPLE;
      const isWhole = request.whole || (play.early ?? false);
      if (!isWhole) return this.sendContinue(request);
      if (this.respondedEarly) return;
      this.respondedEarly = !request.whole;
      this.text = this.text.slice(request.end);
      this.continued = false;
      this.respond(request, slug, play);
      this.served++;
    }
  }

  private sendContinue({ headers }: Message): void {
    if (this.continued || valueOf(headers, 'expect') === null) return;
    this.continued = true;
    this.socket.write('HTTP/1.1 100 Continue\r\n\r\n');
  }

  private respond(request: Message, slug: string | null, play: Play): void {
    const { socket } = this;
    const reported = valueOf(request.headers, SEEN_HEADER);
    if (reported !== null) return this.report(reported);
    if (slug !== null) {
      this.met.add(slug);
      // How much of a body has arrived by then depends on timing.
      this.memory(slug).requests.push(play.early ? { ...request, body: '' } : request);
      if (play.dies && this.served > 0) return reset(socket);
    }
    this.write(Buffer.from(play.bytes, 'latin1'), play.piece ?? play.bytes.length, () => {
      const closes = /(?:^|,\s*)close$/i.test(valueOf(request.headers, 'connection') ?? '');
      if (play.ending === 'echo') this.echo();
      else if (play.ending === 'reset') reset(socket);
      else if (play.ending === 'end' || closes) socket.end();
    });
  }

  private write(bytes: Buffer, size: number, done: () => void): void {
    if (bytes.length <= size) {
      if (bytes.length !== 0) this.socket.write(bytes);
      // A reset must not overtake what was written.
      return void setTimeout(done, 5);
    }
    this.socket.write(bytes.subarray(0, size));
    setImmediate(() => this.write(bytes.subarray(size), size, done));
  }

  private echo(): void {
    this.echoes = true;
    if (this.text !== '') this.socket.write(this.text, 'latin1');
  }

  private report(slug: string): void {
    const body = JSON.stringify(this.memory(slug));
    this.socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`, 'latin1');
  }

  private memory(slug: string): Memory {
    const memory = this.memories.get(slug) ?? { requests: [], left: 0 };
    this.memories.set(slug, memory);
    return memory;
  }
}
