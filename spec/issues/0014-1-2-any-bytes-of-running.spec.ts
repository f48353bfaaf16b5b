import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type AnyBytes, anyBytes, NAMES } from '../support/any-bytes.ts';
import { type Certificate, makeCertificate } from '../support/certificates.ts';
import { pieces } from '../support/http-arbitraries.ts';
import { createProxy } from '../../lib/proxy/proxy.ts';
import {
  type ProxyFixture,
  proxySettings,
  RawClient,
  Upstream,
  withProxy,
} from '../support/proxy-fixture.ts';
import { withTempFolder } from '../support/temp-folder.ts';
import { askHttp2, needsOpenssl } from '../support/tls-fixture.ts';

/** Of each frontend. */
const CASES = Number(process.env['VILI_FUZZ_CASES'] ?? 150);
const PER_PROXY = 500;
const ASK_MAX_MS = 400;
const FINE = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine';

/** A running that sends `said` for `/bad`, and what is right for everything else. */
class Mouth {
  said: AnyBytes = { text: FINE, cuts: [], delayMs: 0, ending: 'keep' };

  open(): Promise<Upstream> {
    return Upstream.raw((socket, all) => {
      if (!all.endsWith('\r\n\r\n')) return;
      const at = all.lastIndexOf('/bad HTTP/1.1\r\n');
      if (at < 0 || at < all.lastIndexOf('/fine HTTP/1.1\r\n')) socket.write(FINE);
      else this.speak(socket);
    });
  }

  private speak(socket: Socket): void {
    const { text, cuts, delayMs, ending } = this.said;
    const parts = pieces(text, cuts).filter((piece) => piece !== '');
    const next = (): void => {
      const part = parts.shift();
      if (part !== undefined) {
        socket.write(part, 'latin1');
        if (delayMs === 0) setImmediate(next);
        else setTimeout(next, delayMs);
      } else if (ending === 'end') socket.end();
      else if (ending === 'reset') socket.resetAndDestroy();
    };
    next();
  }
}

interface World extends ProxyFixture {
  readonly mouth: Mouth;
  readonly certificate: Certificate | null;
  readonly session: ClientHttp2Session | null;
}

/** Asks for `/bad`; resolves when the client has an end, or enough. */
type Frontend = (world: World) => Promise<unknown>;

async function askRaw(client: RawClient, request: string): Promise<void> {
  client.send(request);
  await client.toEnd(ASK_MAX_MS).catch(() => {});
}

/** Over HTTP/1, with a connection of its own. */
function http1(request: string): Frontend {
  return ({ port }) => askRaw(new RawClient(port), request);
}

const FRONTENDS: readonly (readonly [string, boolean, Frontend])[] = [
  ['the fast path', false, http1('GET /bad HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')],
  ["node's parser", false, http1('GET /bad HTTP/1.1\r\nHost: a\r\nConnection: close, x\r\n\r\n')],
  ['HTTP/1.0', false, http1('GET /bad HTTP/1.0\r\n\r\n')],
  ['HEAD', false, http1('HEAD /bad HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')],
  [
    'an upgrade',
    false,
    http1('GET /bad HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
  ],
  [
    'TLS',
    true,
    async ({ port }) => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      await askRaw(
        new RawClient(socket),
        'GET /bad HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
      );
    },
  ],
  ['HTTP/2', true, (world) => askStream(world, { ':path': '/bad' })],
  ['HTTP/2 with HEAD', true, (world) => askStream(world, { ':path': '/bad', ':method': 'HEAD' })],
];

async function askStream({ session }: World, headers: Record<string, string>): Promise<void> {
  if (session === null) throw new Error('no session');
  const stream = session.request(headers);
  stream.on('error', () => {});
  stream.setTimeout(ASK_MAX_MS, () => stream.close());
  stream.resume();
  await once(stream, 'close').catch(() => {});
}

/** Another user's request, over HTTP/2 on the same connection. */
async function askFine({ port, session, certificate }: World): Promise<string> {
  if (session !== null) return String((await askHttp2(session, { ':path': '/fine' })).body);
  if (certificate !== null) throw new Error('no session');
  const got = await new RawClient(port)
    .send('GET /fine HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    .toEnd();
  return got.slice(got.indexOf('\r\n\r\n') + 4);
}

async function withWorld(isTls: boolean, use: (world: World) => Promise<void>): Promise<void> {
  await withTempFolder(async (folder) => {
    const certificate = isTls ? makeCertificate(folder, 'first') : null;
    const mouth = new Mouth();
    const run = async (fixture: ProxyFixture): Promise<void> => {
      const session =
        certificate === null
          ? null
          : connectHttp2(`https://localhost:${fixture.port}`, { ca: certificate.cert });
      session?.on('error', () => {});
      try {
        await use({ ...fixture, mouth, certificate, session });
      } finally {
        session?.destroy();
      }
    };
    const tls = certificate === null ? null : { ...certificate, reloadMs: 60_000 };
    await withProxy(await mouth.open(), run, { tls });
  });
}

const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKS = 'Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n0\r\n';

/** Responses that HTTP/2 has no words for, and the status that the client gets. */
const HARD: readonly (readonly [string, string, number])[] = [
  ['TE: gzip before a body', `${HEAD}TE: gzip\r\nContent-Length: 4\r\n\r\nfine`, 200],
  ['HTTP2-Settings', `${HEAD}HTTP2-Settings: AAMAAABk\r\n${CHUNKS}\r\n`, 200],
  ['two Range headers', `${HEAD}Range: a\r\nRange: b\r\nContent-Length: 4\r\n\r\nfine`, 200],
  ['two Referer headers', `${HEAD}Referer: a\r\nReferer: b\r\nContent-Length: 4\r\n\r\nfine`, 200],
  ['__proto__', `${HEAD}__proto__: a\r\n__proto__: b\r\nContent-Length: 4\r\n\r\nfine`, 200],
  ...NAMES.map((name): [string, string, number] => [
    `a trailer named ${name}`,
    `${HEAD}${CHUNKS}${name}: gzip\r\n${name}: 2\r\n\r\n`,
    200,
  ]),
  [
    'a head of 55 KB',
    `${HEAD}${`x: ${'y'.repeat(1100)}\r\n`.repeat(50)}Content-Length: 4\r\n\r\nfine`,
    200,
  ],
  ['the status 999', 'HTTP/1.1 999 No\r\nContent-Length: 4\r\n\r\nfine', 502],
  ['the status 600', 'HTTP/1.1 600 No\r\nContent-Length: 4\r\n\r\nfine', 502],
  ['the status 099', 'HTTP/1.1 099 No\r\nContent-Length: 4\r\n\r\nfine', 502],
  ['the status 000', 'HTTP/1.1 000 No\r\nContent-Length: 4\r\n\r\nfine', 502],
];

describe('a response of running', () => {
  for (const [name, text, status] of HARD) {
    it(`costs nobody anything over HTTP/2 with ${name}, in one piece or in two`, async function () {
      needsOpenssl.call(this);
      await withWorld(true, async (world) => {
        const { mouth, session } = world;
        if (session === null) throw new Error('no session');
        const bodyAt = text.indexOf('\r\n\r\n') + 4;
        for (const cuts of [[], [bodyAt / text.length]]) {
          mouth.said = { text, cuts, delayMs: 5, ending: 'keep' };
          const [got, other] = await Promise.all([
            askHttp2(session, { ':path': '/bad' }),
            askFine(world),
          ]);
          expect(got.headers[':status']).to.equal(status);
          if (status === 200) expect(String(got.body)).to.equal('fine');
          expect(other).to.equal('fine');
        }
      });
    });
  }

  it('is a 502 on every frontend with a status that HTTP does not have', async () => {
    const requests = ['GET /bad HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'];
    requests.push('GET /bad HTTP/1.1\r\nHost: a\r\nConnection: close, x\r\n\r\n');
    requests.push('GET /bad HTTP/1.0\r\n\r\n');
    await withWorld(false, async ({ mouth, port }) => {
      for (const status of ['600', '999', '099', '000', '42']) {
        mouth.said = { ...mouth.said, text: `HTTP/1.1 ${status} x\r\nContent-Length: 0\r\n\r\n` };
        for (const request of requests) {
          const got = await new RawClient(port).send(request).toEnd();
          expect(got, status).to.match(/^HTTP\/1\.1 502 /);
        }
      }
    });
  });

  it('reaches no client with a header or trailer that ends at the proxy', async () => {
    await withWorld(false, async ({ mouth, port }) => {
      const ending = NAMES.slice(0, 8).filter((name) => !/^(?:Transfer|Connection)/.test(name));
      const lines = ending.map((name) => `${name}: gzip\r\n`).join('');
      const text = `${HEAD}Connection: x-gone\r\nX-Gone: 1\r\n${lines}${CHUNKS}${lines}X-Gone: 1\r\nX-Kept: 1\r\n\r\n`;
      mouth.said = { ...mouth.said, text };
      const got = await new RawClient(port)
        .send('GET /bad HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE, close\r\n\r\n')
        .toEnd();
      expect(got).to.match(/\r\n0\r\nX-Kept: 1\r\n\r\n$/);
      expect(got).not.to.match(/gzip.*\r\n.*\r\n\r\n4\r\n|x-gone/i);
      const names = got.match(/^[\w-]+(?=: gzip)/gm) ?? [];
      // `Trailer` announces trailers to those whose connection can carry them.
      expect(names.filter((name) => name !== 'Trailer')).to.deep.equal([]);
    });
  });

  it('costs its own request only when something throws while it is on its way', async () => {
    const up = await Upstream.replying(FINE);
    const problems: string[] = [];
    let throws = false;
    const sink = {
      full: () => {
        if (throws) throw new Error('thrown by the spec');
        return false;
      },
      submit: () => {},
      shed: () => {},
    };
    const proxy = createProxy(proxySettings(), sink, { onProblem: (text) => problems.push(text) });
    const { port } = await proxy.listen();
    proxy.setRoute({ running: up.target, mirroring: true });
    try {
      for (const more of ['', ', x']) {
        const request = `GET / HTTP/1.1\r\nHost: a\r\nConnection: close${more}\r\n\r\n`;
        throws = true;
        expect(await new RawClient(port).send(request).toEnd()).to.match(/^HTTP\/1\.1 502 /);
        throws = false;
        expect(await new RawClient(port).send(request).toEnd()).to.match(/fine$/);
      }
      expect(problems.join()).to.match(/thrown by the spec.*thrown by the spec/);
      const { errors, skipped, received, submitted, inFlightNow } = proxy.counts();
      expect({ received, submitted, inFlightNow }).to.deep.equal({
        received: 4,
        submitted: 2,
        inFlightNow: 0,
      });
      expect([errors.internal, skipped.aborted]).to.deep.equal([2, 2]);
    } finally {
      await proxy.close(200);
      await up.close();
    }
  });

  for (const [name, isTls, ask] of FRONTENDS) {
    it(`ends neither the process nor another user's request, whatever its bytes, over ${name}`, async function () {
      if (isTls) needsOpenssl.call(this);
      this.timeout(60_000 + CASES * 20);
      for (let done = 0; done < CASES; done += PER_PROXY) {
        await withWorld(isTls, async (world) => {
          const oneCase = fc.asyncProperty(anyBytes, async (said) => {
            world.mouth.said = said.ending === 'keep' ? { ...said, ending: 'end' } : said;
            const [other] = await Promise.all([askFine(world), ask(world)]);
            expect(other).to.equal('fine');
            expect(world.problems).to.deep.equal([]);
          });
          await fc.assert(oneCase, { numRuns: Math.min(PER_PROXY, CASES - done) });
        });
      }
    });
  }
});
