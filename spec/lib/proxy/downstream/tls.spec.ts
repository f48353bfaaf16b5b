import { execFile } from 'node:child_process';
import { copyFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { WebSocket, WebSocketServer } from 'ws';
import { createProxy } from '../../../../lib/proxy/proxy.ts';
import { hasProgram, makeCertificate } from '../../../support/certificates.ts';
import { proxySettings, RecordingSink } from '../../../support/proxy-fixture.ts';
import { withTempFolder } from '../../../support/temp-folder.ts';
import {
  askHttp2,
  echoRequest,
  needsOpenssl,
  seenIn,
  TLS_RELOAD_MS,
  withHttp2,
  withTls,
} from '../../../support/tls-fixture.ts';

const run = promisify(execFile);

describe('users over TLS', () => {
  before(needsOpenssl);

  it('are served HTTP/1.1, which running learns as https', async () => {
    await withTls(echoRequest, async ({ port, certificate, sink }) => {
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

  it('keep their connections while the certificate is replaced, and get the new one on new connections', async () => {
    await withTls(echoRequest, async (fixture) => {
      const { folder, certificate, problems } = fixture;
      await withHttp2(fixture, async (session) => {
        expect((await askHttp2(session, {})).headers[':status']).to.equal(200);
        const second = makeCertificate(folder, 'second');
        await copyFile(second.keyFile, join(folder, 'copy'));
        await rename(join(folder, 'copy'), certificate.keyFile);
        await writeFile(certificate.certFile, second.cert);
        while ((await subjectAt(fixture.port)) !== 'second') await soon();
        expect((await askHttp2(session, {})).headers[':status']).to.equal(200);
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

  it('work with curl: HTTP/2, HTTP/1.1, HTTP/1.0 and uploads', async function () {
    if (!hasProgram('curl')) {
      process.stdout.write('      (no curl)\n');
      this.skip();
    }
    await withTls(echoRequest, async ({ origin, certificate, folder }) => {
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
    await withTls(echoRequest, async ({ proxy, port: usersPort, certificate }) => {
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
          proxySettings({ tls: { certFile, keyFile, reloadMs: TLS_RELOAD_MS } }),
          new RecordingSink(),
          { onProblem: () => {} },
        );
      expect(make(first.certFile, second.keyFile)).to.throw(
        /do not form a certificate and key pair/,
      );
      expect(make(join(folder, 'none'), first.keyFile)).to.throw(
        /^tls\.cert .*none cannot be read: ENOENT/,
      );
      return Promise.resolve();
    });
  });
});

// Private

function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, TLS_RELOAD_MS));
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
