import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Exchange, ExchangeSink, Target } from '../../lib/model/exchange.ts';
import { createProxy, type HttpProxy } from '../../lib/proxy/proxy.ts';
import type { ProxySettings } from '../../lib/proxy/settings.ts';
import { DEFAULT_PROXY_SETTINGS as DEFAULTS } from './default-settings.ts';
import { PATIENCE } from './patience.ts';

export const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
export const GET_CLOSE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
export const EMPTY_OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

type Group = 'header' | 'request' | 'upstream' | 'hold' | 'mirror';

/** Changes to the settings of a spec, group by group. */
export type SettingsChanges = Partial<Omit<ProxySettings, Group>> & {
  readonly [G in Group]?: Partial<ProxySettings[G]>;
};

/** The default settings with shorter time limits, on a free port. */
export function proxySettings(changes: SettingsChanges = {}): ProxySettings {
  const { header, request, upstream, hold, mirror, ...others } = changes;
  return {
    ...DEFAULTS,
    host: '127.0.0.1',
    port: 0,
    header: { ...DEFAULTS.header, ...header },
    request: {
      ...DEFAULTS.request,
      headTimeoutMs: 5000,
      idleTimeoutMs: 5000,
      keepAliveMs: 5000,
      maxConnections: 1000,
      ...request,
    },
    upstream: {
      ...DEFAULTS.upstream,
      headTimeoutMs: 5000,
      idleTimeoutMs: 5000,
      maxConnections: 256,
      ...upstream,
    },
    hold: { ...DEFAULTS.hold, maxRequests: 100, maxBytes: 10_000_000, ...hold },
    mirror: { ...DEFAULTS.mirror, maxCollectedBytes: 16_777_216, ...mirror },
    compareMaxBodyBytes: 1_048_576,
    trustedProxies: [],
    ...others,
  };
}

/** Keeps all exchanges; `isFull` makes it shed. */
export class RecordingSink implements ExchangeSink {
  readonly exchanges: Exchange[] = [];
  sheds = 0;
  /** How many of them exceeded the copy budget. */
  withoutRoom = 0;
  isFull = false;

  full(): boolean {
    return this.isFull;
  }

  submit(exchange: Exchange): void {
    this.exchanges.push(exchange);
  }

  shed(noRoom?: 'queue-full'): void {
    this.sheds++;
    if (noRoom !== undefined) this.withoutRoom++;
  }
}

/** A server on port 0 that plays running; `close` ends it with all its connections. */
export class Upstream {
  readonly target: Target;
  readonly sockets = new Set<Socket>();
  connections = 0;
  private readonly server: Server;

  private constructor(server: Server, name: string) {
    this.server = server;
    const { port } = server.address() as AddressInfo;
    this.target = { instance: name, host: '127.0.0.1', port };
  }

  /** With `halfOpen` it responds to clients that have half-closed, as servers other than node's do. */
  static http(
    listener: RequestListener,
    name = 'app-1.0.0/1_running',
    { halfOpen = false } = {},
  ): Promise<Upstream> {
    const server = createHttpServer(
      { requireHostHeader: false, keepAliveTimeout: 60_000 },
      listener,
    );
    Object.assign(server, { httpAllowHalfOpen: halfOpen });
    return Upstream.open(server, name);
  }

  /** `onBytes` is called at each arrival with everything received on the connection so far, as Latin-1. */
  static raw(
    onBytes: (socket: Socket, all: string) => void,
    name = 'app-1.0.0/1_running',
  ): Promise<Upstream> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      let all = '';
      socket.on('data', (chunk: Buffer) => {
        all += chunk.toString('latin1');
        onBytes(socket, all);
      });
      socket.on('end', () => socket.end());
    });
    return Upstream.open(server, name);
  }

  /** Sends `response`, Latin-1, for each request without a body. */
  static replying(response: string): Promise<Upstream> {
    return Upstream.raw((socket, all) => {
      if (all.endsWith('\r\n\r\n')) socket.write(response, 'latin1');
    });
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private static async open(server: Server, name: string): Promise<Upstream> {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const upstream = new Upstream(server, name);
    server.on('connection', (socket: Socket) => {
      upstream.connections++;
      upstream.sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => upstream.sockets.delete(socket));
    });
    return upstream;
  }
}

/** An event that a spec waits for. */
export interface Flag {
  readonly raised: Promise<void>;
  raise(): void;
}

export function flag(): Flag {
  const raisers: (() => void)[] = [];
  const raised = new Promise<void>((resolve) => raisers.push(resolve));
  return { raised, raise: () => raisers.forEach((raise) => raise()) };
}

/** A target where nothing listens. */
export async function deadTarget(): Promise<Target> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return { instance: 'app-1.0.0/1_running', host: '127.0.0.1', port };
}

/** A running that never responds. `asked`: it got a request; `left`: the proxy has closed a connection. */
export async function silentUpstream(): Promise<{ up: Upstream; asked: Flag; left: Flag }> {
  const asked = flag();
  const left = flag();
  const up = await Upstream.raw((socket) => {
    asked.raise();
    socket.once('close', () => left.raise());
  });
  return { up, asked, left };
}

export interface ProxyFixture {
  readonly proxy: HttpProxy;
  readonly sink: RecordingSink;
  readonly port: number;
  readonly problems: string[];
}

/** A listening proxy in front of `upstream`, mirroring; closed after `use`, then its counts are checked. */
export async function withProxy(
  upstream: Upstream | null,
  use: (fixture: ProxyFixture) => Promise<void>,
  changes: SettingsChanges = {},
): Promise<void> {
  const sink = new RecordingSink();
  const problems: string[] = [];
  const proxy = createProxy(proxySettings(changes), sink, {
    onProblem: (text) => problems.push(text),
  });
  const { port } = await proxy.listen();
  if (upstream !== null) proxy.setRoute({ running: upstream.target, mirroring: true });
  try {
    await use({ proxy, sink, port, problems });
  } finally {
    await proxy.close(200);
    await upstream?.close();
  }
  const { received, submitted, shed, skipped, heldNow, inFlightNow } = proxy.counts();
  const sum = Object.values(skipped).reduce((total, count) => total + count, 0);
  if (received !== submitted + shed + sum || heldNow !== 0 || inFlightNow !== 0) {
    throw new Error(`counts do not add up: ${JSON.stringify(proxy.counts())}`);
  }
  if (submitted !== sink.exchanges.length || shed !== sink.sheds) throw new Error('sink disagrees');
  if (problems.length !== 0) throw new Error(`problems: ${problems.join('; ')}`);
}

/** A raw client that collects everything it receives, as Latin-1. */
export class RawClient {
  readonly socket: Socket;
  text = '';
  ended = false;
  error: Error | null = null;
  private readonly watchers = new Set<() => void>();

  /** Connects to a port of this host, or uses an open connection. */
  constructor(to: number | Socket) {
    this.socket =
      typeof to === 'number'
        ? connect({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
        : to;
    this.socket.on('data', (chunk: Buffer) => {
      this.text += chunk.toString('latin1');
      this.wake();
    });
    this.socket.on('end', () => {
      this.ended = true;
      this.wake();
    });
    this.socket.on('error', (error) => {
      this.error = error;
    });
    this.socket.on('close', () => {
      this.ended = true;
      this.wake();
    });
  }

  send(text: string): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  /** Resolves when `condition` holds; rejects with the text received after `limitMs`. */
  until(condition: (text: string) => boolean, limitMs = 4000 * PATIENCE): Promise<string> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!condition(this.text)) {
          if (!this.ended) return;
          done();
          return reject(new Error(`connection ended with ${JSON.stringify(this.text)}`));
        }
        done();
        resolve(this.text);
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`still waiting with ${JSON.stringify(this.text.slice(0, 2000))}`));
      }, limitMs);
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(check);
      };
      this.watchers.add(check);
      check();
    });
  }

  /** Everything received up to the end of the connection. */
  toEnd(limitMs?: number): Promise<string> {
    return this.until(() => this.ended, limitMs).finally(() => this.socket.destroy());
  }

  close(): void {
    this.socket.destroy();
  }

  private wake(): void {
    for (const watcher of this.watchers) watcher();
  }
}

/** Sends one raw request and returns everything received until the connection ends. */
export function exchangeRaw(port: number, text: string, limitMs?: number): Promise<string> {
  return new RawClient(port).send(text).toEnd(limitMs);
}

/**
 * Sends each request on a connection of its own, through a proxy, to a running that sends `response` for every
 * complete head; `closes`: and then ends. Returns what the client and running received, and the exchanges.
 */
export async function through(
  requests: string | readonly string[],
  response = EMPTY_OK,
  { closes = false, trustedProxies = [] as readonly string[] } = {},
): Promise<{ texts: string[]; text: string; got: string[]; exchanges: readonly Exchange[] }> {
  const got: string[] = [];
  const texts: string[] = [];
  const upstream = await Upstream.raw((socket, all) => {
    if (!all.includes('\r\n\r\n')) return;
    got.push(all);
    socket.write(response, 'latin1');
    if (closes) socket.end();
  });
  let exchanges: readonly Exchange[] = [];
  await withProxy(
    upstream,
    async ({ port, sink }) => {
      for (const request of [requests].flat()) texts.push(await exchangeRaw(port, request));
      exchanges = sink.exchanges;
    },
    { trustedProxies },
  );
  return { texts, text: texts.join(''), got, exchanges };
}
