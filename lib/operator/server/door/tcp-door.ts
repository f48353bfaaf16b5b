import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { ViliError } from '../../../errors.ts';
import type { Door } from './door.ts';
import { Guard } from './guard.ts';

export interface TcpDoorOptions {
  /** A name or an address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Whether only programs of this host can connect there. */
  readonly isLoopback: boolean;
  /** Empty: only what strangers may have, and only on a loopback address. */
  readonly token: string;
  /** Contents of PEM files; null: plain HTTP. */
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly now: () => number;
}

/** `admin.listen`: whoever is let in by a `Guard`. */
export function tcpDoor(options: TcpDoorOptions): Door {
  const { host, port, isLoopback, token, tls, now } = options;
  const scheme = tls === null ? 'http' : 'https';
  const guard = new Guard({ token, isLoopback, scheme, now });
  const where = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    name: `admin.listen ${where}`,
    createServer: (settings, listener) =>
      tls === null
        ? createServer(settings, listener)
        : createTlsServer({ ...settings, ...tls }, listener),
    listen: (server) => listen(server, host, port, where),
    leave: () => Promise.resolve(),
    look: ({ headers }) => guard.look(headers),
    enter: ({ headers, socket }) => guard.enter(headers, socket.remoteAddress ?? 'unknown'),
  };
}

// Private

function listen(server: Server, host: string, port: number, where: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      server.close();
      reject(ViliError.cannot('VILI_ADMIN_LISTEN', `listen on ${where} (admin.listen)`, error));
    };
    server.once('error', failed);
    server.listen({ host, port }, () => {
      server.off('error', failed);
      resolve();
    });
  });
}
