import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secureRequest } from 'node:https';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { Agent, type Dispatcher, request } from 'undici';
import { WebSocket } from 'ws';
import { hasProgram } from '../support/certificates.ts';
import { openServedWorld, type ServedWorld } from './served-world.ts';

const run = promisify(execFile);
const LARGE = Buffer.from(Array.from({ length: 400_000 }, (_, index) => index % 251));
const ECHO = { module: './echo-servlet.js', open: 'openEchoServlet' };
const PLACES = [
  { title: 'a client through Vili:', secure: false },
  { title: 'a client through Vili over TLS:', secure: true },
];

for (const { title, secure } of PLACES) {
  describe(title, function () {
    this.timeout(30_000);
    let place: ServedWorld;

    before(async function () {
      if (secure && !hasProgram('openssl')) {
        process.stdout.write('      (no openssl to make certificates with)\n');
        return this.skip();
      }
      place = await openServedWorld(ECHO, secure);
    });

    after(() => place?.world.end());

    for (const allowH2 of secure ? [false, true] : [false]) {
      it(`undici works${allowH2 ? ' with HTTP/2' : ''}, with many requests at once and bodies both ways`, async () => {
        const agent = new Agent({ allowH2, connections: 4, connect: { ca: place.certificate } });
        try {
          const ask = async (method: Dispatcher.HttpMethod, body: Buffer | null): Promise<void> => {
            const response = await request(`${place.origin}/a?b=c`, {
              method,
              body,
              dispatcher: agent,
              headers: { 'x-mine': '1' },
            });
            expect(response.statusCode).to.equal(200);
            expect(response.headers['x-asked']).to.equal(`${method} /a?b=c`);
            expect((await buffer(response.body)).equals(body ?? Buffer.alloc(0))).to.equal(true);
          };
          // undici itself does not send the body of a DELETE over HTTP/2.
          const methods = (['POST', 'PUT', 'PATCH', 'DELETE'] as const).filter(
            (method) => !allowH2 || method !== 'DELETE',
          );
          await Promise.all([
            ...methods.map((method) => ask(method, Buffer.from(`small ${method}`))),
            ...methods.map((method) => ask(method, LARGE)),
            ask('GET', null),
            ask('OPTIONS', null),
          ]);
        } finally {
          await agent.destroy();
        }
      });
    }

    it('node:http works with a keep-alive agent, as got and axios use it', async () => {
      const options = { keepAlive: true, maxSockets: 1, timeout: 5000 };
      const agent = secure
        ? new SecureAgent({ ...options, ca: place.certificate })
        : new HttpAgent(options);
      const ports = new Set<number | undefined>();
      for (let round = 0; round < 20; round++) {
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          const target = { host: 'localhost', port: place.port, method: 'POST', path: `/${round}` };
          const outgoing = secure
            ? secureRequest({ ...target, agent }, resolve)
            : httpRequest({ ...target, agent }, resolve);
          outgoing.on('error', reject);
          // Without a length, so in chunks.
          outgoing.write('round ');
          outgoing.end(String(round));
        });
        ports.add(response.socket.localPort);
        expect(response.headers['x-asked']).to.equal(`POST /${round}`);
        expect(String(await buffer(response))).to.equal(`round ${round}`);
      }
      agent.destroy();
      expect(ports.size).to.equal(1);
    });

    it('fetch works, with streams of unknown length', async function () {
      // The global fetch has no option for a trusted certificate.
      if (secure) this.skip();
      const response = await fetch(`${place.origin}/stream`, {
        method: 'POST',
        body: new Blob([LARGE]).stream(),
        duplex: 'half',
      });
      expect(Buffer.from(await response.arrayBuffer()).equals(LARGE)).to.equal(true);
    });

    it('ws works: echo, pings and close handshake', async () => {
      const url = `${place.origin.replace('http', 'ws')}/socket`;
      const client = new WebSocket(url, { ca: place.certificate, perMessageDeflate: true });
      const echoes: Buffer[] = [];
      const closed = new Promise<[number, string]>((resolve, reject) => {
        client.on('error', reject);
        client.on('open', () => {
          client.send('text é');
          client.send(LARGE);
          client.ping('are you there');
        });
        client.on('message', (data: Buffer) => echoes.push(data));
        client.on('pong', (data) => client.close(4001, `bye ${data.toString()}`));
        client.on('close', (code, reason) => resolve([code, reason.toString()]));
      });
      expect(await closed).to.deep.equal([4001, 'bye are you there']);
      expect(echoes.map(String)).to.deep.equal(['text é', String(LARGE)]);
    });

    it('curl works: HTTP/1.1, HTTP/1.0, uploads, Expect, HEAD, and HTTP/2 over TLS', async function () {
      if (!hasProgram('curl')) {
        process.stdout.write('      (no curl)\n');
        this.skip();
      }
      const file = join(place.world.base, 'upload.bin');
      await writeFile(file, LARGE);
      const curl = async (...words: string[]): Promise<{ version: string; body: Buffer }> => {
        const trust = secure ? ['--cacert', place.certFile] : [];
        const format = ['-sS', '-f', '-w', '\n%{http_version}', ...trust];
        const { stdout } = await run('curl', [...format, ...words, `${place.origin}/curl?x=1`], {
          maxBuffer: 4_000_000,
          encoding: 'buffer',
        });
        const at = stdout.lastIndexOf('\n');
        return { version: stdout.toString('latin1', at + 1), body: stdout.subarray(0, at) };
      };
      for (const [flag, version] of [
        ['--http1.1', '1.1'],
        ['--http2', secure ? '2' : '1.1'],
      ] as const) {
        expect((await curl(flag, '-d', 'form=1')).version).to.equal(version);
        expect(String((await curl(flag, '-d', 'form=1')).body)).to.equal('form=1');
        expect((await curl(flag, '-T', file)).body.equals(LARGE)).to.equal(true);
        const expecting = ['-T', file, '-H', 'Expect: 100-continue'];
        expect((await curl(flag, ...expecting)).body.equals(LARGE)).to.equal(true);
        const chunked = ['-T', file, '-H', 'Transfer-Encoding: chunked'];
        expect((await curl(flag, ...chunked)).body.equals(LARGE)).to.equal(true);
        expect(String((await curl(flag, '-I')).body)).to.match(/x-asked: HEAD/i);
      }
      expect((await curl('--http1.0', '-T', file)).body.equals(LARGE)).to.equal(true);
      expect(String((await curl('--http1.0', '-i')).body)).to.match(/x-asked: GET \/curl\?x=1/i);
    });
  });
}
