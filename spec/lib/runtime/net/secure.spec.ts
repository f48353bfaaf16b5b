import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect } from 'chai';
import { codeOf } from '../../../../lib/errors.ts';
import { type ConnectOptions, connectHost } from '../../../../lib/runtime/net/connect.ts';
import { makeCertificate } from '../../../support/certificates.ts';
import { withSecureServlet } from '../../../support/secure-servlet.ts';
import { needsOpenssl } from '../../../support/tls-fixture.ts';

const LIMIT_MS = 30_000;

/** The protocol of an opened connection, or the error in its place. */
function dial(options: Omit<ConnectOptions, 'limitMs'>, limitMs = LIMIT_MS): Promise<unknown> {
  return new Promise((resolve) => {
    connectHost({ ...options, limitMs }, (error, socket) => {
      resolve(error ?? ('encrypted' in socket ? 'TLS' : 'TCP'));
      socket?.destroy();
    });
  });
}

async function failure(...given: Parameters<typeof dial>): Promise<{ code: string; text: string }> {
  const error = await dial(...given);
  if (!(error instanceof Error)) throw new Error(`it was connected by ${String(error)}`);
  return { code: codeOf(error) ?? '', text: error.message };
}

const nothing = (): void => {};

describe('a connection by TLS', () => {
  before(needsOpenssl);

  it('is opened to a server whose certificate the authority vouches for, by name and by address', () =>
    withSecureServlet(nothing, async ({ target }) => {
      expect(await dial(target)).to.equal('TLS');
      expect(await dial({ ...target, host: '127.0.0.1' })).to.equal('TLS');
      expect(await dial({ ...target, host: 'localhost.' })).to.equal('TLS');
    }));

  it('is refused to a certificate of another authority, unless nothing is checked', () =>
    withSecureServlet(nothing, async ({ target, folder }) => {
      const other = { ca: makeCertificate(folder, 'other').cert, insecure: false };
      const { code, text } = await failure({ ...target, tls: other });
      expect(code).to.equal('VILI_SERVLET_TLS');
      expect(text).to.contain(
        `TLS to localhost:${target.port}: its certificate is not vouched for`,
      );
      expect(text).to.contain('servlet.ca');
      const strangers = await failure({ ...target, tls: { ca: '', insecure: false } });
      expect(strangers.text).to.contain('set servlet.ca');
      expect(await dial({ ...target, tls: { ca: '', insecure: true } })).to.equal('TLS');
    }));

  it('is refused to a certificate that has expired', () =>
    withSecureServlet(
      nothing,
      async ({ target }) => {
        const { code, text } = await failure(target);
        expect(code).to.equal('VILI_SERVLET_TLS');
        expect(text).to.match(/its certificate has expired$/);
      },
      { expired: true },
    ));

  it('is refused to a certificate for another name than the endpoint', () =>
    withSecureServlet(
      nothing,
      async ({ target }) => {
        const { code, text } = await failure(target);
        expect(code).to.equal('VILI_SERVLET_TLS');
        expect(text).to.contain('not for the host in endpoint').and.contain('app.test');
        expect((await failure({ ...target, host: '127.0.0.1' })).code).to.equal('VILI_SERVLET_TLS');
      },
      { names: 'DNS:app.test' },
    ));

  it('is refused to a server that answers in plain text', async () => {
    await withTcp(
      (socket) => void socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
      async (port) => {
        const tls = { ca: '', insecure: true };
        const { code, text } = await failure({ host: '127.0.0.1', port, tls });
        expect(code).to.equal('VILI_SERVLET_TLS');
        expect(text).to.contain('does not speak TLS, which scheme=https says');
      },
    );
  });

  it('is given up when the handshake takes longer than connecting may, on all addresses together', async () => {
    await withTcp(nothing, async (port) => {
      const tls = { ca: '', insecure: true };
      const { code, text } = await failure({ host: 'localhost', port, tls }, 100);
      expect(code).to.equal('VILI_GATE_CONNECT_TIMEOUT');
      expect(text).to.equal(`no connection to localhost:${port} within 100 ms`);
    });
  });

  it('tells a server that hangs up as what it is', async () => {
    await withTcp(
      (socket) => void socket.destroy(),
      async (port) => {
        const tls = { ca: '', insecure: true };
        expect((await failure({ host: '127.0.0.1', port, tls })).code).to.equal('ECONNRESET');
      },
    );
  });
});

/** A TCP server on 127.0.0.1; closed after `use`. */
async function withTcp(
  handle: (socket: Socket) => void,
  use: (port: number) => Promise<void>,
): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', nothing));
    handle(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  }
}
