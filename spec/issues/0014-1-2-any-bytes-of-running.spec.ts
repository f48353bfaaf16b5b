import { expect } from 'chai';
import { createProxy } from '../../lib/proxy/proxy.ts';
import { NAMES } from '../support/any-bytes.ts';
import { casesOr, freshSeed, fuzz } from '../support/fuzz/property.ts';
import { askFine, FRONTENDS, runningBytes, withAnyRunning } from '../support/fuzz/running-bytes.ts';
import { proxySettings, RawClient, Upstream } from '../support/proxy-fixture.ts';
import { askHttp2, needsOpenssl } from '../support/tls-fixture.ts';

/** Of each frontend. */
const CASES = casesOr(500);
const FINE = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine';

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
  [
    'an interim response with a length',
    `HTTP/1.1 103 Early Hints\r\nContent-Length: 4\r\n\r\n${FINE}`,
    200,
  ],
  ['204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n', 204],
  ['the status 999', 'HTTP/1.1 999 No\r\nContent-Length: 4\r\n\r\nfine', 502],
  ['the status 600', 'HTTP/1.1 600 No\r\nContent-Length: 4\r\n\r\nfine', 502],
  ['the status 099', 'HTTP/1.1 099 No\r\nContent-Length: 4\r\n\r\nfine', 502],
  ['the status 000', 'HTTP/1.1 000 No\r\nContent-Length: 4\r\n\r\nfine', 502],
];

describe('a response of running', () => {
  for (const [name, text, status] of HARD) {
    it(`costs nobody anything over HTTP/2 with ${name}, in one piece or in two`, async function () {
      needsOpenssl.call(this);
      await withAnyRunning(true, async (world) => {
        const { running, session } = world;
        if (session === null) throw new Error('no session');
        const bodyAt = text.indexOf('\r\n\r\n') + 4;
        for (const cuts of [[], [bodyAt / text.length]]) {
          running.announce([{ text, cuts, delayMs: 5, ending: 'keep' }]);
          const [got, other] = await Promise.all([
            askHttp2(session, { ':path': '/0' }),
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
    const requests = ['GET /0 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'];
    requests.push('GET /0 HTTP/1.1\r\nHost: a\r\nConnection: close, x\r\n\r\n');
    requests.push('GET /0 HTTP/1.0\r\n\r\n');
    await withAnyRunning(false, async ({ running, port }) => {
      for (const status of ['600', '999', '099', '000', '42']) {
        const text = `HTTP/1.1 ${status} x\r\nContent-Length: 0\r\n\r\n`;
        running.announce([{ text, cuts: [], delayMs: 0, ending: 'keep' }]);
        for (const request of requests) {
          const got = await new RawClient(port).send(request).toEnd();
          expect(got, status).to.match(/^HTTP\/1\.1 502 /);
        }
      }
    });
  });

  it('reaches no client with a header or trailer that ends at the proxy', async () => {
    await withAnyRunning(false, async ({ running, port }) => {
      const ending = NAMES.slice(0, 8).filter((name) => !/^(?:Transfer|Connection)/.test(name));
      const lines = ending.map((name) => `${name}: gzip\r\n`).join('');
      const text = `${HEAD}Connection: x-gone\r\nX-Gone: 1\r\n${lines}${CHUNKS}${lines}X-Gone: 1\r\nX-Kept: 1\r\n\r\n`;
      running.announce([{ text, cuts: [], delayMs: 0, ending: 'keep' }]);
      const got = await new RawClient(port)
        .send('GET /0 HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE, close\r\n\r\n')
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

  for (const frontend of FRONTENDS.values()) {
    it(`ends neither the process nor another user's request, whatever its bytes, over ${frontend.name}`, async function () {
      if (frontend.isTls) needsOpenssl.call(this);
      this.timeout(60_000 + CASES * 20);
      await fuzz(runningBytes(frontend), { cases: CASES, seed: freshSeed() });
    });
  }
});
