import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, rename, writeFile } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Agent, request } from 'undici';
import { WebSocket, WebSocketServer } from 'ws';
import { createProxy } from '../../../../lib/proxy/proxy.ts';
import { type Certificate, hasProgram, makeCertificate } from '../../../support/certificates.ts';
import {
  flag,
  type ProxyFixture,
  proxySettings,
  RecordingSink,
  type SettingsChanges,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';

const run = promisify(execFile);
const RELOAD_MS = 25;

interface Secured extends ProxyFixture {
  readonly origin: string;
  readonly certificate: Certificate;
  readonly folder: string;
}

async function withTls(
  listener: RequestListener,
  use: (fixture: Secured) => Promise<void>,
  more: SettingsChanges = {},
): Promise<void> {
  await withTempFolder(async (folder) => {
    const certificate = makeCertificate(folder, 'first');
    const { certFile, keyFile } = certificate;
    const upstream = await Upstream.http(listener);
    await withProxy(
      upstream,
      (fixture) =>
        use({ ...fixture, folder, certificate, origin: `https://localhost:${fixture.port}` }),
      { ...more, tls: { certFile, keyFile, reloadMs: RELOAD_MS } },
    );
  });
}

/** An HTTP/2 client; closed after use. */
async function withHttp2(
  { origin, certificate }: Secured,
  use: (session: ClientHttp2Session) => Promise<void>,
): Promise<void> {
  const session = connectHttp2(origin, { ca: certificate.cert });
  session.on('error', () => {});
  try {
    await use(session);
  } finally {
    session.destroy();
  }
}

interface Received {
  readonly headers: Record<string, unknown>;
  readonly informed: Record<string, unknown>[];
  readonly trailers: Record<string, unknown>;
  readonly body: Buffer;
}

function ask(
  session: ClientHttp2Session,
  headers: Record<string, string | string[]>,
  body?: Buffer | Buffer[],
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const stream = session.request(headers, { endStream: body === undefined });
    const chunks: Buffer[] = [];
    const informed: Record<string, unknown>[] = [];
    let head: Record<string, unknown> = {};
    let trailers: Record<string, unknown> = {};
    stream.on('headers', (found) => informed.push(found));
    stream.on('response', (found) => {
      head = found;
    });
    stream.on('trailers', (found) => {
      trailers = found;
    });
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR) {
        resolve({ headers: head, informed, trailers, body: Buffer.concat(chunks) });
      } else reject(new Error(`reset with ${stream.rstCode}`));
    });
    for (const chunk of [body ?? []].flat()) stream.write(chunk);
    if (body !== undefined) stream.end();
  });
}

/** Responds with what it received. */
function echo(incoming: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
  incoming.on('end', () => {
    const { method, url, rawHeaders, httpVersion } = incoming;
    const body = Buffer.concat(chunks).toString('latin1');
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Set-Cookie', ['a=1', 'b=2']);
    response.end(JSON.stringify({ method, url, rawHeaders, httpVersion, body }));
  });
}

function seenIn(body: Buffer | string): {
  method: string;
  url: string;
  rawHeaders: string[];
  httpVersion: string;
  body: string;
} {
  return JSON.parse(String(body)) as ReturnType<typeof seenIn>;
}

describe('users over TLS', function (this: Mocha.Suite) {
  before(function (this: Mocha.Context) {
    if (hasProgram('openssl')) return;
    process.stdout.write('      (no openssl to make certificates with)\n');
    this.skip();
  });

  it('are served HTTP/1.1, which running learns as https', async () => {
    await withTls(echo, async ({ port, certificate, sink }) => {
      const agent = new SecureAgent({ keepAlive: true, ca: certificate.cert });
      for (let count = 0; count < 2; count++) {
        const text = await new Promise<string>((resolve, reject) => {
          const outgoing = secureRequest(
            { port, host: 'localhost', agent, method: 'POST', path: '/a?b=%20' },
            (incoming) => {
              let all = '';
              incoming.on('data', (chunk: Buffer) => {
                all += chunk.toString('latin1');
              });
              incoming.on('end', () => resolve(all));
            },
          );
          outgoing.on('error', reject);
          outgoing.end('body');
        });
        const seen = seenIn(text);
        expect(seen).to.include({ method: 'POST', url: '/a?b=%20', body: 'body' });
        expect(seen.rawHeaders.join('|')).to.contain('X-Forwarded-Proto|https');
      }
      agent.destroy();
      expect(sink.exchanges).to.have.length(0);
    });
  });

  it('get response after response when the last piece of each exceeds what they read at once', async () => {
    const piece = Buffer.alloc(50_000, 'x');
    const listener: RequestListener = (incoming, response) => {
      incoming.resume();
      response.write(piece);
      response.end();
    };
    await withTls(listener, async ({ port, certificate }) => {
      const agent = new SecureAgent({ keepAlive: true, maxSockets: 1, ca: certificate.cert });
      for (let round = 0; round < 3; round++) {
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          const target = { host: 'localhost', port, method: 'POST', agent };
          const outgoing = secureRequest(target, resolve).on('error', reject);
          // Without a length, so in chunks: not a fast request.
          outgoing.write('a');
          outgoing.end('b');
        });
        expect((await buffer(response)).length).to.equal(piece.length);
      }
      agent.destroy();
    });
  });

  it('are served HTTP/2, which running sees as HTTP/1.1', async () => {
    await withTls(echo, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const { headers, body } = await ask(session, {
          ':path': '/items/1?x=%zz',
          'x-two': ['a', 'b'],
          cookie: ['a=1', 'b=2'],
          te: 'trailers',
        });
        expect(headers).to.deep.include({ ':status': 200, 'set-cookie': ['a=1', 'b=2'] });
        expect(headers).not.to.have.any.keys('connection', 'keep-alive', 'transfer-encoding');
        const seen = seenIn(body);
        expect(seen).to.include({ method: 'GET', url: '/items/1?x=%zz', httpVersion: '1.1' });
        const raw = seen.rawHeaders.join('|');
        expect(raw).to.match(new RegExp(`^host\\|localhost:${fixture.port}\\|`));
        expect(raw).to.contain('|cookie|a=1; b=2|').and.contain('X-Forwarded-Proto|https');
        expect(raw).to.match(/\|x-two\|a.*\|x-two\|b/);
      });
      expect(fixture.sink.exchanges[0]?.status).to.equal(200);
    });
  });

  it('send bodies over HTTP/2, with and without a length, large and small, at once', async () => {
    await withTls(echo, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const large = Array.from({ length: 40 }, (_, index) => Buffer.alloc(16_384, 65 + index));
        const responses = await Promise.all([
          ask(session, { ':method': 'POST', 'content-length': '5' }, Buffer.from('small')),
          ask(session, { ':method': 'PUT' }, Buffer.from('chunked')),
          ask(session, { ':method': 'POST' }, large),
          ask(session, { ':method': 'POST' }, Buffer.alloc(0)),
        ]);
        const bodies = responses.map(({ body }) => seenIn(body).body);
        expect(bodies[0]).to.equal('small');
        expect(bodies[1]).to.equal('chunked');
        expect(bodies[2]).to.equal(Buffer.concat(large).toString('latin1'));
        expect(bodies[3]).to.equal('');
      });
    });
  });

  it('get HEAD, 204, 304, trailers, early hints and 100 over HTTP/2', async () => {
    const listener: RequestListener = (incoming, response) => {
      incoming.resume();
      if (incoming.url === '/204') return void response.writeHead(204).end();
      if (incoming.url === '/304') return void response.writeHead(304, { ETag: '"x"' }).end();
      if (incoming.url === '/hints') {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        return void response.end('hinted');
      }
      if (incoming.url === '/trailers') {
        response.writeHead(200, { Trailer: 'X-Sum' });
        response.write('part');
        response.addTrailers({ 'X-Sum': '42' });
        return void response.end();
      }
      response.writeHead(200, { 'Content-Length': '4' });
      response.end(incoming.method === 'HEAD' ? undefined : 'full');
    };
    await withTls(listener, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const head = await ask(session, { ':method': 'HEAD' });
        expect(head.headers['content-length']).to.equal('4');
        expect(head.body).to.have.length(0);
        expect((await ask(session, { ':path': '/204' })).headers[':status']).to.equal(204);
        expect((await ask(session, { ':path': '/304' })).headers).to.include({ etag: '"x"' });
        const hinted = await ask(session, { ':path': '/hints' });
        expect(hinted.informed[0]).to.include({ ':status': 103, link: '</a.css>; rel=preload' });
        const trailed = await ask(session, { ':path': '/trailers', te: 'trailers' });
        expect(String(trailed.body)).to.equal('part');
        expect(trailed.trailers).to.include({ 'x-sum': '42' });
        const expecting = { ':method': 'POST', expect: '100-continue' };
        const continued = await ask(session, expecting, Buffer.from('x'));
        expect(continued.headers[':status']).to.equal(200);
      });
    });
  });

  it('see a broken response and a rejected request as such over HTTP/2', async () => {
    const listener: RequestListener = (_incoming, response) => {
      response.writeHead(200, { 'Content-Length': '100' });
      response.write('part', () => response.destroy());
    };
    await withTls(listener, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const error: unknown = await ask(session, {}).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(Error);
        const bad = await ask(session, { ':method': 'POST', 'content-length': '5x' }, []).catch(
          (reason: unknown) => reason,
        );
        expect(bad instanceof Error || (bad as Received).headers[':status'] === 400).to.equal(true);
        fixture.proxy.setRoute({ running: null, mirroring: false });
      });
    });
  });

  it('cancel the request to running when they leave', async () => {
    const asked = flag();
    const left = flag();
    const listener: RequestListener = (_incoming, response) => {
      response.write('begun');
      response.on('close', () => left.raise());
      asked.raise();
    };
    await withTls(listener, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const stream = session.request({});
        stream.on('error', () => {});
        await asked.raised;
        stream.close(constants.NGHTTP2_CANCEL);
        await left.raised;
      });
      expect(fixture.proxy.counts().errors['client-aborted']).to.equal(1);
    });
  });

  it('keep their connections while the certificate is replaced, and get the new one on new connections', async () => {
    await withTls(echo, async (fixture) => {
      const { folder, certificate, problems } = fixture;
      await withHttp2(fixture, async (session) => {
        expect((await ask(session, {})).headers[':status']).to.equal(200);
        const second = makeCertificate(folder, 'second');
        await copyFile(second.keyFile, join(folder, 'copy'));
        await rename(join(folder, 'copy'), certificate.keyFile);
        await writeFile(certificate.certFile, second.cert);
        while ((await subjectAt(fixture.port)) !== 'second') await soon();
        expect((await ask(session, {})).headers[':status']).to.equal(200);
        for (const broken of ['', 'nonsense']) {
          problems.length = 0;
          await writeFile(certificate.certFile, broken);
          while (!problems.some((text) => text.includes('the old certificate stays'))) await soon();
          expect(await subjectAt(fixture.port)).to.equal('second');
        }
        problems.length = 0;
      });
    });
  });

  it('are disconnected over HTTP/2 after their last response, not before the first, when keep-alive is off', async () => {
    await withTls(
      echo,
      (fixture) =>
        withHttp2(fixture, async (session) => {
          await once(session, 'remoteSettings');
          // Round trips give the proxy time to end the connection.
          for (let index = 0; index < 20; index++) {
            await new Promise<void>((resolve, reject) => {
              session.ping((error) => (error === null ? resolve() : reject(error)));
            });
          }
          const closed = once(session, 'close');
          const responses = await Promise.all([ask(session, {}), ask(session, {})]);
          expect(responses.map(({ headers }) => headers[':status'])).to.deep.equal([200, 200]);
          await closed;
        }),
      { request: { keepAliveMs: 0 } },
    );
  });

  it('finish over HTTP/2 what is in flight when the proxy closes', async () => {
    const asked = flag();
    const go = flag();
    const listener: RequestListener = (_incoming, response) => {
      asked.raise();
      void go.raised.then(() => response.end('last'));
    };
    await withTls(listener, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const response = ask(session, {});
        await asked.raised;
        const closed = fixture.proxy.close(3000);
        go.raise();
        expect(String((await response).body)).to.equal('last');
        await closed;
      });
    });
  });

  it('work with undici over HTTP/2', async () => {
    await withTls(echo, async ({ origin, certificate }) => {
      const agent = new Agent({ allowH2: true, connect: { ca: certificate.cert } });
      try {
        const path = `${origin}/undici`;
        const { statusCode, body } = await request(path, {
          method: 'POST',
          body: 'from undici',
          dispatcher: agent,
        });
        expect(statusCode).to.equal(200);
        expect(seenIn(await body.text())).to.include({ url: '/undici', body: 'from undici' });
      } finally {
        await agent.destroy();
      }
    });
  });

  it('work with curl: HTTP/2, HTTP/1.1, HTTP/1.0 and uploads', async function () {
    if (!hasProgram('curl')) {
      process.stdout.write('      (no curl)\n');
      this.skip();
    }
    await withTls(echo, async ({ origin, certificate, folder }) => {
      const file = join(folder, 'upload');
      await writeFile(file, Buffer.alloc(300_000, 'u'));
      const curl = async (...words: string[]): Promise<[string, ReturnType<typeof seenIn>]> => {
        const format = ['-sS', '--cacert', certificate.certFile, '-w', '\n%{http_version}'];
        const { stdout } = await run('curl', [...format, ...words, `${origin}/c`], {
          maxBuffer: 4_000_000,
        });
        const at = stdout.lastIndexOf('\n');
        return [stdout.slice(at + 1), seenIn(stdout.slice(0, at))];
      };
      expect((await curl('--http2'))[0]).to.equal('2');
      expect((await curl('--http1.1'))[0]).to.equal('1.1');
      expect((await curl('--http1.0'))[1].method).to.equal('GET');
      for (const version of ['--http2', '--http1.1']) {
        const [, seen] = await curl(version, '-T', file);
        expect(seen.method).to.equal('PUT');
        expect(seen.body).to.have.length(300_000);
      }
    });
  });

  it('reach a WebSocket', async () => {
    const server = createServer();
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => socket.send(`echo ${data.toString()}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await withTls(echo, async ({ proxy, port: usersPort, certificate }) => {
      const running = { instance: 'app-1/2_running', host: '127.0.0.1', port };
      proxy.setRoute({ running, mirroring: false });
      const client = new WebSocket(`wss://localhost:${usersPort}/x`, { ca: certificate.cert });
      const text = await new Promise<string>((resolve, reject) => {
        client.on('open', () => client.send('hello'));
        client.on('message', (data: Buffer) => resolve(data.toString()));
        client.on('error', reject);
      });
      expect(text).to.equal('echo hello');
      const closed = new Promise((resolve) => client.on('close', resolve));
      client.close();
      await closed;
    });
    sockets.close();
    await new Promise((resolve) => server.close(resolve));
  });

  it('cannot be served without a certificate that matches its key', async () => {
    await withTempFolder((folder) => {
      const first = makeCertificate(folder, 'first');
      const second = makeCertificate(folder, 'second');
      const make = (certFile: string, keyFile: string) => () =>
        createProxy(
          proxySettings({ tls: { certFile, keyFile, reloadMs: RELOAD_MS } }),
          new RecordingSink(),
          { onProblem: () => {} },
        );
      expect(make(first.certFile, second.keyFile)).to.throw(
        /do not form a certificate and key pair/,
      );
      expect(make(join(folder, 'none'), first.keyFile)).to.throw(/cannot read .*none/);
      return Promise.resolve();
    });
  });
});

// Private

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, RELOAD_MS));
}

/** The name in the certificate that a new connection gets. */
function subjectAt(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
