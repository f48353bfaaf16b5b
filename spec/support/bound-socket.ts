import net from 'node:net';

/** A TCP socket of this process on which it takes no connection itself, as systemd holds one for a service. */
export interface BoundSocket {
  readonly port: number;
  /** What a child process can inherit. */
  readonly handle: object;
  close(): void;
}

interface Handle {
  getsockname(into: { port?: number }): number;
  close(): void;
}

/** Binds to a free port of the loopback; whoever inherits the socket makes it listen, and it listens from then on. */
export function bindSocket(): BoundSocket {
  // A `Server` would take the connections of those that inherit it.
  const { _createServerHandle: create } = net as unknown as {
    _createServerHandle: (address: string, port: number, family: 4) => Handle | number;
  };
  const handle = create('127.0.0.1', 0, 4);
  if (typeof handle === 'number') throw new Error(`cannot bind: ${handle}`);
  const address: { port?: number } = {};
  handle.getsockname(address);
  return { port: address.port ?? 0, handle, close: () => handle.close() };
}
