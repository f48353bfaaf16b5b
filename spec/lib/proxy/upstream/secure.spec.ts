import { createHash } from 'node:crypto';
import { request as plainRequest } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { userFailureText } from '../../../../lib/text/user-failure.ts';
import { exchangeRaw, GET_CLOSE, withProxy } from '../../../support/proxy-fixture.ts';
import { type SecureServlet, withSecureServlet } from '../../../support/secure-servlet.ts';
import { echoRequest, needsOpenssl, seenIn } from '../../../support/tls-fixture.ts';

/** More than any buffer on the way holds. */
const MUCH_BYTES = 8_000_000;

/** A proxy in front of a running that speaks TLS. */
function withSecureRunning(
  listener: Parameters<typeof withSecureServlet>[0],
  use: (port: number, servlet: SecureServlet, proxied: Proxied) => Promise<void>,
): Promise<void> {
  return withSecureServlet(listener, (servlet) =>
    withProxy(null, async ({ proxy, port, sink }) => {
      proxy.setRoute({ running: servlet.target, mirroring: true });
      await use(port, servlet, { proxy, sink });
    }),
  );
}

type Proxied = Pick<Parameters<Parameters<typeof withProxy>[1]>[0], 'proxy' | 'sink'>;

describe('users of a running that speaks TLS', () => {
  before(needsOpenssl);

  it('get its responses over kept connections, request bodies and all', () =>
    withSecureRunning(echoRequest, async (port, { connections, target }, { sink }) => {
      for (let left = 5; left > 0; left--) {
        const body = left % 2 === 0 ? 'short' : 'x'.repeat(300_000);
        const seen = seenIn(await post(port, body));
        expect(seen).to.include({ method: 'POST', url: '/a?b=%20', httpVersion: '1.1' });
        expect(seen.body).to.equal(body);
        // How users came is one thing, how Vili speaks to running another.
        expect(seen.rawHeaders.join('|')).to.match(/X-Forwarded-Proto\|http\|/i);
      }
      expect(connections()).to.equal(1);
      expect(await exchangeRaw(port, GET_CLOSE)).to.match(/^HTTP\/1\.1 200 OK/);
      expect(sink.exchanges).to.have.length(1);
      expect(target.tls?.insecure).to.equal(false);
    }));

  it('get every byte of a large response, however slowly they read', () => {
    const sent = createHash('sha1');
    return withSecureRunning(
      (_incoming, response) => {
        let left = MUCH_BYTES;
        const pieces = new Readable({
          read() {
            const piece = Buffer.alloc(Math.min(left, 50_000), String(left % 10));
            left -= piece.length;
            sent.update(piece);
            this.push(piece.length === 0 ? null : piece);
          },
        });
        pieces.pipe(response.setHeader('Content-Length', MUCH_BYTES));
      },
      async (port) => {
        const client = connect({ port, host: '127.0.0.1' });
        client.write(GET_CLOSE);
        const received = createHash('sha1');
        let bytes = 0;
        let head = '';
        for await (const chunk of client as AsyncIterable<Buffer>) {
          let body = chunk;
          if (!head.includes('\r\n\r\n')) {
            head += chunk.toString('latin1');
            const end = head.indexOf('\r\n\r\n');
            if (end === -1) continue;
            body = Buffer.from(head.slice(end + 4), 'latin1');
            head = head.slice(0, end + 4);
          }
          bytes += body.length;
          received.update(body);
          // A breath for each piece: the proxy has to pause the servlet.
          await new Promise((resolve) => setImmediate(resolve));
        }
        expect(bytes).to.equal(MUCH_BYTES);
        expect(received.digest('hex')).to.equal(sent.digest('hex'));
      },
    );
  });

  it('speak through a WebSocket', () =>
    withSecureRunning(
      (_incoming, response) => void response.end(),
      async (port, { server }) => {
        const sockets = new WebSocketServer({ server });
        sockets.on('connection', (socket) => {
          socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        });
        const client = new WebSocket(`ws://127.0.0.1:${port}/x`);
        const payload = Buffer.alloc(300_000, 'é');
        const echoed = await new Promise<Buffer>((resolve, reject) => {
          client.on('error', reject);
          client.on('open', () => client.send(payload));
          client.on('message', (data: Buffer) => resolve(data));
        });
        expect(echoed.equals(payload)).to.equal(true);
        const code = await new Promise<number>((resolve) => {
          client.on('close', resolve);
          client.close(4001, 'bye');
        });
        expect(code).to.equal(4001);
        sockets.close();
      },
    ));

  it('get 502 and nothing is sent while its certificate is not to be trusted', () => {
    let asked = 0;
    return withSecureServlet(
      (_incoming, response) => {
        asked++;
        response.end('ok');
      },
      ({ target }) =>
        withProxy(null, async ({ proxy, port }) => {
          const tls = { ca: '', insecure: false };
          proxy.setRoute({ running: { ...target, tls }, mirroring: false });
          expect(await exchangeRaw(port, GET_CLOSE)).to.match(/^HTTP\/1\.1 502 /);
          expect(asked).to.equal(0);
          const [failure] = proxy.counts().failures;
          if (failure === undefined) throw new Error('nothing was counted');
          expect(failure).to.include({ cause: 'untrusted', outcome: '502', count: 1 });
          expect(userFailureText(failure, null)).to.contain(
            'gave no TLS connection that can be trusted for 1 request (servlet.ca)',
          );
        }),
    );
  });
});

function post(port: number, body: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const sent = plainRequest(
      { port, host: '127.0.0.1', method: 'POST', path: '/a?b=%20' },
      (response) => void buffer(response).then(resolve, reject),
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
