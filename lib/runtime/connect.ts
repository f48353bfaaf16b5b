import type { Socket } from 'node:net';
import { codeOf, ViliError } from '../errors.ts';
import { type HostAddresses, hostAddresses } from './host-addresses.ts';
import { PatientTimer } from './patient-timer.ts';
import { threadTime } from './thread-time.ts';

/** A host without an IPv6 route says so for each such address, which tells nothing about the service. */
const NO_ROUTE: ReadonlySet<string> = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EAFNOSUPPORT']);

export type ConnectResult<S> = (...result: [Error, null] | [null, S]) => void;

export interface ConnectOptions<S extends Socket> {
  readonly host: string;
  readonly port: number;
  /** For all addresses of the host together. */
  readonly limitMs: number;
  /** A socket for one attempt. */
  readonly create: () => S;
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
 * was blocked. Fails with `ConnectTimeoutError` or with the system's error.
 */
export function connectHost<S extends Socket>(
  options: ConnectOptions<S>,
  callback: ConnectResult<S>,
): void {
  new Attempts(options, callback).start();
}

// Private

class Attempts<S extends Socket> {
  private readonly options: ConnectOptions<S>;
  private readonly callback: ConnectResult<S>;
  private readonly names: HostAddresses;
  private readonly timer = new PatientTimer(() => this.late());
  private readonly dueMs: number;
  private readonly errors: Error[] = [];
  private addresses: readonly string[] = [];
  private next = 0;
  private socket: S | null = null;
  private isOver = false;

  constructor(options: ConnectOptions<S>, callback: ConnectResult<S>) {
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
    const { host, port, create } = this.options;
    const address = this.addresses[this.next++];
    if (address === undefined) return this.giveUp();
    const left = this.addresses.length - this.next + 1;
    if (left > 1) this.timer.start(Math.max(1, (this.dueMs - threadTime.now()) / left));
    else if (this.next > 1) this.timer.start(Math.max(1, this.dueMs - threadTime.now()));
    const socket = create();
    this.socket = socket;
    const failed = (error: Error): void => {
      this.errors.push(codeOf(error) === 'ETIMEDOUT' ? this.timeout() : error);
      this.attempt();
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      this.names.worked(host, address);
      this.end(null, socket);
    });
    socket.connect({ host: address, port });
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
    const telling = this.errors.find((error) => !NO_ROUTE.has(codeOf(error) ?? ''));
    this.end(telling ?? this.errors[0] ?? this.timeout(), null);
  }

  private end(...result: [Error, null] | [null, S]): void {
    this.isOver = true;
    this.timer.stop();
    this.callback(...result);
  }
}
