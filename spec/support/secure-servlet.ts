import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import type { RequestListener, Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type ReleaseFaults, writeRelease } from '../../lib/demo/release.ts';
import type { Target } from '../../lib/model/exchange.ts';
import { type Certificate, makeCertificate } from './certificates.ts';
import { type DaemonWorld, IDENTIFIER } from './daemon-world.ts';
import { withTempFolder } from './temp-folder.ts';

const PLAIN_SERVER = "import { createServer } from 'node:http';";
const PLAIN_HOST = "'127.0.0.1'";

/** A servlet that speaks TLS, and its certificate. */
export interface SecureServlet {
  readonly server: Server;
  readonly certificate: Certificate;
  readonly folder: string;
  /** As Vili knows a servlet that proves itself by its own certificate. */
  readonly target: Target;
  /** Connections so far. */
  readonly connections: () => number;
}

/** A TLS server on 127.0.0.1 with a certificate for localhost; closed after `use`. */
export async function withSecureServlet(
  listener: RequestListener,
  use: (servlet: SecureServlet) => Promise<void>,
  faults: Parameters<typeof makeCertificate>[2] = {},
): Promise<void> {
  await withTempFolder(async (folder) => {
    const certificate = makeCertificate(folder, 'servlet', faults);
    const { cert, keyFile } = certificate;
    const server = createServer({ cert, key: await readFile(keyFile) }, listener);
    const sockets = new Set<Socket>();
    let count = 0;
    server.on('connection', (socket: Socket) => {
      count++;
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const tls = { ca: cert, insecure: false };
    const target = { instance: 'app-1.0.0/1_running', host: 'localhost', port, tls };
    try {
      await use({ server, certificate, folder, target, connections: () => count });
    } finally {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    }
  });
}

/** Puts a release of the demo service into the base that listens on another address, by TLS if it has a certificate. */
export async function dropAt(
  world: DaemonWorld,
  version: string,
  host: string,
  certificate: Certificate | null,
  faults?: ReleaseFaults,
): Promise<void> {
  await withTempFolder(async (folder) => {
    const release = faults === undefined ? { version } : { version, faults };
    const path = await writeRelease(folder, IDENTIFIER, release);
    const code = (await readFile(path, 'utf8')).replaceAll(PLAIN_HOST, `'${host}'`);
    if (certificate === null) return world.arrive(`${IDENTIFIER}-${version}.mjs`, code);
    const files = JSON.stringify({
      cert: certificate.cert,
      key: await readFile(certificate.keyFile, 'utf8'),
    });
    const secure =
      "import { createServer as createSecure } from 'node:https';\n" +
      `const createServer = (listener) => createSecure(${files}, listener);`;
    const changed = code.replace(PLAIN_SERVER, () => secure);
    if (changed === code) throw new Error('the demo service no longer makes its server that way');
    return world.arrive(`${IDENTIFIER}-${version}.mjs`, changed);
  });
}
