import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';
import { codeOf, ViliError } from '../../errors.ts';
import { type HostAddresses, hostAddresses } from './host-addresses.ts';
import { PatientTimer } from '../patient-timer.ts';
import { connectSecurely, type ServerTrust, tlsFailure, UntrustedServerError } from './secure.ts';
import { threadTime } from '../thread-time.ts';

/** A host without an IPv6 route says so for each such address, which tells nothing about the service. */
const NO_ROUTE: ReadonlySet<string> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EAFNOSUPPORT']);

export type ConnectResult = (...result: [Error, null] | [null, Socket]) => void;

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** Speaks TLS to a server that proves who it is; absent: plain TCP. */
  readonly tls?: ServerTrust | undefined;
  /** For all addresses of the host together, the handshake of TLS included. */
  readonly limitMs: number;
  /** Of both buffers of the socket, bytes; node's default where absent. */
  readonly highWaterMark?: number;
  readonly onread?: OnReadOpts;
  /** Called with the socket of each attempt before anything is sent on it. */
  readonly prepare?: (socket: Socket) => void;
  readonly addresses?: HostAddresses;
}

/** Nothing accepted the connection in time. */
export class ConnectTimeoutError extends ViliError {
  constructor(message: string) {
    super('VILI_GATE_CONNECT_TIMEOUT', message);
  }
}

/**
 * Connects to one address of a host after the other. The socket gets an address, never a name, and no attempt of
 * node's to try several at once: one waits for the pool of threads, the other counts time in which the event loop
 * was blocked. Every connection to a servlet begins here. Fails with `ConnectTimeoutError`, `UntrustedServerError` or
 * with the system's error.
 */
export function connectHost(options: ConnectOptions, callback: ConnectResult): void {
  new Attempts(options, callback).start();
}

// Private

class Attempts {
  private readonly options: ConnectOptions;
  private readonly callback: ConnectResult;
  private readonly names: HostAddresses;
  private readonly timer = new PatientTimer(() => this.late());
  private readonly dueMs: number;
  private readonly errors: Error[] = [];
  private addresses: readonly string[] = [];
  private next = 0;
  private socket: Socket | null = null;
  private isOver = false;

  constructor(options: ConnectOptions, callback: ConnectResult) {
    this.options = options;
    this.callback = callback;
    this.names = options.addresses ?? hostAddresses;
    this.dueMs = threadTime.now() + options.limitMs;
  }

  start(): void {
    const { host, limitMs } = this.options;
    this.timer.start(limitMs);
    this.names.find(host, (error, addresses) => {
      if (this.isOver) return;
      if (error !== null) return this.end(error, null);
      this.addresses = addresses;
      this.attempt();
    });
  }

  // Private

  private attempt(): void {
    const address = this.addresses[this.next++];
    if (address === undefined) return this.giveUp();
    const left = this.addresses.length - this.next + 1;
    if (left > 1) this.timer.start(Math.max(1, (this.dueMs - threadTime.now()) / left));
    else if (this.next > 1) this.timer.start(Math.max(1, this.dueMs - threadTime.now()));
    if (this.options.tls === undefined) this.attemptPlain(address);
    else this.attemptSecure(address, this.options.tls);
  }

  private attemptPlain(address: string): void {
    const { port, onread, highWaterMark, prepare } = this.options;
    const socket = new Socket({
      readableHighWaterMark: highWaterMark,
      writableHighWaterMark: highWaterMark,
      onread,
    } as SocketConstructorOpts);
    prepare?.(socket);
    this.await(socket, 'connect', address, (error) => error);
    socket.connect({ host: address, port });
  }

  private attemptSecure(address: string, tls: ServerTrust): void {
    const { host, port, onread, highWaterMark, prepare } = this.options;
    const socket = connectSecurely(tls, { host, address, port, onread, highWaterMark });
    prepare?.(socket);
    this.await(socket, 'secureConnect', address, (error) =>
      tlsFailure(error, socket, tls, this.options),
    );
  }

  /** Ends with the socket once this event has come; its failure leads to the next address. */
  private await(
    socket: Socket,
    opened: string,
    address: string,
    named: (error: Error) => Error,
  ): void {
    this.socket = socket;
    const failed = (error: Error): void => {
      this.errors.push(codeOf(error) === 'ETIMEDOUT' ? this.timeout() : named(error));
      this.attempt();
    };
    socket.once('error', failed);
    socket.once(opened, () => {
      socket.off('error', failed);
      this.names.worked(this.options.host, address);
      this.end(null, socket);
    });
  }

  private late(): void {
    if (this.socket === null) this.end(this.timeout(), null);
    else this.socket.destroy(this.timeout());
  }

  private timeout(): ConnectTimeoutError {
    const { host, port, limitMs } = this.options;
    return new ConnectTimeoutError(`no connection to ${host}:${port} within ${limitMs} ms`);
  }

  private giveUp(): void {
    this.names.failed(this.options.host);
    const { errors } = this;
    // Somebody is there, whatever another address says.
    const telling =
      errors.find((error) => error instanceof UntrustedServerError) ??
      errors.find((error) => !NO_ROUTE.has(codeOf(error) ?? ''));
    this.end(telling ?? errors[0] ?? this.timeout(), null);
  }

  private end(...result: [Error, null] | [null, Socket]): void {
    this.isOver = true;
    this.timer.stop();
    this.callback(...result);
  }
}
