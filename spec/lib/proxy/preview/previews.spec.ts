import { expect } from 'chai';
import type { HttpProxy } from '../../../../lib/proxy/proxy.ts';
import type { PreviewSettings } from '../../../../lib/proxy/preview/rules.ts';
import {
  deadTarget,
  EMPTY_OK,
  exchangeRaw,
  type ProxyFixture,
  RawClient,
  type SettingsChanges,
  silentUpstream,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';
import {
  askHttp2,
  echoRequest,
  needsOpenssl,
  seenIn,
  withHttp2,
  withTls,
} from '../../../support/tls-fixture.ts';

const TOKEN = 'open-sesame-0123456789';
const PREVIEW: PreviewSettings = {
  header: 'X-Vili-Preview',
  cookie: 'vili_preview',
  token: TOKEN,
  unsafe: false,
  maxRequests: 8,
};
const ASKING = `X-Vili-Preview: ${TOKEN}\r\n`;

/** A request that ends its connection. */
function text(method: string, lines: string, body = ''): string {
  const length = body === '' ? '' : `Content-Length: ${body.length}\r\n`;
  return `${method} /a HTTP/1.1\r\nHost: a\r\n${lines}${length}Connection: close\r\n\r\n${body}`;
}

interface Both extends ProxyFixture {
  /** The heads that each version received. */
  readonly running: string[];
  readonly testing: string[];
}

/** Responds to whole heads with who it is, and a response that anybody may store. */
function version(name: string, seen: string[]): Promise<Upstream> {
  return Upstream.raw((socket, all) => {
    if (!all.endsWith('\r\n\r\n') && !all.endsWith('body')) return;
    seen.push(all.slice(seen.join('').length));
    const stored = 'Cache-Control: public, max-age=600\r\nExpires: never\r\nX-Other: kept\r\n';
    socket.write(`HTTP/1.1 200 OK\r\n${stored}Content-Length: ${name.length}\r\n\r\n${name}`);
  }, `app-${name}/1`);
}

/** A proxy between a running and a version under test. */
async function withBoth(
  use: (both: Both) => Promise<void>,
  preview: Partial<PreviewSettings> | null = {},
  more: SettingsChanges = {},
): Promise<void> {
  const [running, testing]: [string[], string[]] = [[], []];
  const up = await version('running', running);
  const under = await version('testing', testing);
  const settings = { ...more, preview: preview && { ...PREVIEW, ...preview } };
  try {
    await withProxy(
      up,
      async (fixture) => {
        const route = { running: up.target, mirroring: true, preview: under.target };
        fixture.proxy.setRoute(route);
        await use({ ...fixture, running, testing });
      },
      settings,
    );
  } finally {
    await under.close();
  }
}

/** Whatever users got, as if nobody had asked for a preview. */
function usersOf(proxy: HttpProxy) {
  const { responses, errors, failed, failures } = proxy.counts();
  return { responses, errors, failed, failures };
}

describe('A preview', () => {
  it('shows the version under test to who has the token, and keeps it from caches and evidence', () =>
    withBoth(async ({ proxy, port, sink, running, testing }) => {
      const before = usersOf(proxy);
      const observed: unknown[] = [];
      const unsubscribe = proxy.onTraffic((batch) => observed.push(...batch));
      const response = await exchangeRaw(port, text('GET', `${ASKING}Cookie: a=1\r\n`));
      expect(response).to.match(/^HTTP\/1\.1 200 OK\r\n.*\r\n\r\ntesting$/s);
      expect(response.match(/^(?:cache-control|expires|x-other).*$/gim)).to.deep.equal([
        'X-Other: kept',
        'Cache-Control: private, no-store',
      ]);
      expect(testing).to.have.length(1);
      expect(testing[0])
        .to.contain('Cookie: a=1')
        .and.not.match(/preview|sesame/i);
      expect(running).to.deep.equal([]);
      expect(sink.exchanges).to.deep.equal([]);
      expect(usersOf(proxy)).to.deep.equal(before);
      const { received, skipped, preview } = proxy.counts();
      expect([received, skipped.preview]).to.deep.equal([1, 1]);
      expect(preview).to.deep.equal({ served: 1, refused: 0, failed: 0 });
      // The next one proves that observations do come.
      await exchangeRaw(port, text('GET', ''));
      await proxy.close(0);
      unsubscribe();
      expect(observed).to.have.length(1);
    }));

  it('is asked for by a cookie as well, which is taken off among the others', () =>
    withBoth(async ({ port, testing }) => {
      const cookies = `Cookie: a=1; vili_preview=${TOKEN}; b=2\r\n`;
      expect(await exchangeRaw(port, text('GET', cookies))).to.match(/testing$/);
      const alone = `Cookie: vili_preview="${TOKEN}"\r\n`;
      expect(await exchangeRaw(port, text('HEAD', alone))).to.match(/^HTTP\/1\.1 200/);
      expect(testing[0]).to.contain('Cookie: a=1; b=2\r\n');
      expect(testing[1]).to.not.match(/cookie/i);
      expect(testing.join('')).to.not.contain('sesame');
    }));

  it('is none with a wrong token, which still reaches nobody', () =>
    withBoth(async ({ proxy, port, sink, running, testing }) => {
      const wrong = 'X-Vili-Preview: wrong-sesame\r\nCookie: vili_preview=bad-sesame; a=1\r\n';
      const response = await exchangeRaw(port, text('GET', wrong));
      expect(response).to.match(/max-age=600.*running$/s);
      expect(testing).to.deep.equal([]);
      expect(running[0])
        .to.contain('Cookie: a=1')
        .and.not.match(/preview|sesame/i);
      expect(sink.exchanges).to.have.length(1);
      expect(JSON.stringify(sink.exchanges)).to.not.match(/preview|sesame/i);
      expect(proxy.counts().preview).to.deep.equal({ served: 0, refused: 0, failed: 0 });
    }));

  it('does not exist without a token in the settings: the header is one like others', () =>
    withBoth(async ({ port, running, testing }) => {
      expect(await exchangeRaw(port, text('GET', ASKING))).to.match(/running$/);
      expect(running[0]).to.contain(ASKING);
      expect(testing).to.deep.equal([]);
    }, null));

  it('goes its own way between ordinary requests on one connection', () =>
    withBoth(async ({ port, running, testing }) => {
      const ordinary = 'GET /a HTTP/1.1\r\nHost: a\r\n\r\n';
      const preview = `GET /a HTTP/1.1\r\nHost: a\r\n${ASKING}\r\n`;
      const client = new RawClient(port);
      let expected = 0;
      for (const request of [ordinary, preview, preview, ordinary, preview, ordinary]) {
        expected++;
        client.send(request);
        await client.until((all) => all.split('HTTP/1.1 200 OK').length - 1 === expected);
        await client.until((all) => /(?:running|testing)$/.test(all));
      }
      client.close();
      expect(client.text.match(/running$|testing$|(?:running|testing)(?=HTTP)/g)).to.deep.equal([
        'running',
        'testing',
        'testing',
        'running',
        'testing',
        'running',
      ]);
      expect([running.length, testing.length]).to.deep.equal([3, 3]);
    }));

  it('changes nothing, unless it is let', async () => {
    await withBoth(async ({ proxy, port, testing }) => {
      const response = await exchangeRaw(port, text('POST', ASKING, 'body'));
      expect(response).to.match(/^HTTP\/1\.1 405 .*Allow: GET, HEAD, OPTIONS\r\n/s);
      expect(response).to.contain('without preview.unsafe').and.contain('no-store');
      expect(testing).to.deep.equal([]);
      expect(proxy.counts().preview).to.deep.equal({ served: 0, refused: 1, failed: 0 });
    });
    await withBoth(
      async ({ port, testing, running }) => {
        expect(await exchangeRaw(port, text('POST', ASKING, 'body'))).to.match(/testing$/);
        expect(testing[0]).to.match(/^POST .*body$/s);
        expect(running).to.deep.equal([]);
      },
      { unsafe: true },
    );
  });

  it('says that no version is under test, and serves everybody else meanwhile', () =>
    withBoth(async ({ proxy, port, running }) => {
      const route = proxy.route();
      proxy.setRoute({ ...route, preview: null });
      const response = await exchangeRaw(port, text('GET', ASKING));
      expect(response).to.match(/^HTTP\/1\.1 503 .*No version is under test now/s);
      expect(await exchangeRaw(port, text('GET', ''))).to.match(/running$/);
      expect(running).to.have.length(1);
      expect(usersOf(proxy).failures).to.deep.equal([]);
      expect(proxy.counts().preview.refused).to.equal(1);
      proxy.setRoute({ ...route, running: null });
      expect(await exchangeRaw(port, text('GET', ASKING))).to.match(/testing$/);
    }));

  it('is limited in number at once, and a place is free again when one has left', async () => {
    const { up: silent, asked } = await silentUpstream();
    await withBoth(
      async ({ proxy, port }) => {
        const route = proxy.route();
        proxy.setRoute({ ...route, preview: silent.target });
        const first = new RawClient(port).send(text('GET', ASKING));
        await asked.raised;
        const second = await exchangeRaw(port, text('GET', ASKING));
        expect(second).to.match(/^HTTP\/1\.1 429 .*preview\.max_requests/s);
        first.close();
        proxy.setRoute(route);
        const third = new RawClient(port);
        let count = 0;
        while (!third.text.includes('testing')) {
          third.send(`GET /a HTTP/1.1\r\nHost: a\r\n${ASKING}\r\n`);
          count++;
          await third.until((all) => all.split(/HTTP\/1\.1 \d/).length - 1 === count);
          await third.until((all) => /(?:testing|\n)$/.test(all));
        }
        third.close();
        expect(proxy.counts().preview).to.include({ served: 1, failed: 1 });
      },
      { maxRequests: 1 },
    );
    await silent.close();
  });

  it('fails alone when the version under test does', () =>
    withBoth(async ({ proxy, port }) => {
      const before = usersOf(proxy);
      proxy.setRoute({ ...proxy.route(), preview: await deadTarget() });
      const response = await exchangeRaw(port, text('GET', ASKING));
      expect(response).to.match(/^HTTP\/1\.1 502 .*The version under test did not respond/s);
      expect(proxy.counts().preview).to.deep.equal({ served: 0, refused: 0, failed: 1 });
      expect(usersOf(proxy)).to.deep.equal(before);
    }));

  it('has no upgrades, unless it is let', async () => {
    const upgrade = `Upgrade: echo\r\nConnection: Upgrade\r\n`;
    const request = `GET /chat HTTP/1.1\r\nHost: a\r\n${ASKING}${upgrade}\r\n`;
    await withBoth(async ({ port, testing, proxy }) => {
      expect(await exchangeRaw(port, request)).to.match(/^HTTP\/1\.1 403 .*WebSocket/s);
      expect(testing).to.deep.equal([]);
      expect(proxy.counts().skipped.preview).to.equal(1);
    });
    const switched = `HTTP/1.1 101 Switching Protocols\r\n${upgrade}\r\n`;
    const heads: string[] = [];
    const echo = await Upstream.raw((socket, all) => {
      if (heads.length > 0) return void socket.write(all.slice((heads[0] ?? '').length));
      heads.push(all);
      socket.write(switched);
    });
    await withBoth(
      async ({ port, proxy }) => {
        proxy.setRoute({ ...proxy.route(), preview: echo.target });
        const client = new RawClient(port).send(request);
        await client.until((all) => all.includes('101 Switching'));
        client.send('hello');
        await client.until((all) => all.endsWith('hello'));
        client.close();
        expect(heads[0]).to.not.contain('sesame');
        expect(proxy.counts().preview.served).to.equal(1);
      },
      { unsafe: true },
    );
    await echo.close();
  });

  it('is not led on by trailers that name its header', () =>
    withBoth(async ({ port, running }) => {
      const request =
        'POST /a HTTP/1.1\r\nHost: a\r\nTrailer: X-Vili-Preview\r\nTransfer-Encoding: chunked\r\n' +
        `Connection: close\r\n\r\n4\r\nbody\r\n0\r\nX-Vili-Preview: ${TOKEN}\r\n\r\n`;
      expect(await exchangeRaw(port, request)).to.match(/running$/);
      expect(running.join('')).to.not.contain('sesame');
    }));
});

describe('A preview over HTTP/2', () => {
  before(needsOpenssl);

  it('is asked for by header and by one of several cookies', async () => {
    const under = await Upstream.http(echoRequest);
    await withTls(
      (_incoming, response) => void response.end(EMPTY_OK),
      async (fixture) => {
        fixture.proxy.setRoute({ ...fixture.proxy.route(), preview: under.target });
        await withHttp2(fixture, async (session) => {
          const asking = [
            { 'x-vili-preview': TOKEN },
            { cookie: ['a=1', `vili_preview=${TOKEN}`] },
          ];
          for (const headers of asking) {
            const { headers: head, body } = await askHttp2(session, { ':path': '/a', ...headers });
            expect(head[':status']).to.equal(200);
            expect(head['cache-control']).to.equal('private, no-store');
            const { rawHeaders } = seenIn(body);
            expect(rawHeaders.join('|')).to.not.match(/preview|sesame/i);
          }
        });
        expect(fixture.proxy.counts().preview.served).to.equal(2);
      },
      { preview: PREVIEW },
    );
    await under.close();
  });
});
