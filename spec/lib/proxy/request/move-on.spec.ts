import { expect } from 'chai';
import { eventually } from '../../../support/eventually.ts';
import { exchangeRaw, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

const GET_CLOSE = 'GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
const POST = 'POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi';

/** Says nothing to GET and POST; begins a response to anything else, and never ends it. */
function silent(): Promise<Upstream> {
  return Upstream.http((request, response) => {
    if (request.method === 'HEAD' || request.url === '/begun') response.write('begun');
  }, 'app-2/1_running');
}

function good(): Promise<Upstream> {
  return Upstream.http((_, response) => response.end('good'), 'app-1/1_running');
}

describe('requests that wait for a running that hangs', () => {
  it('go to the next one if they are safe and nothing of a response has come, once', async () => {
    const [hung, next] = [await silent(), await good()];
    try {
      await withProxy(null, async ({ proxy, port, sink }) => {
        proxy.setRoute({ running: hung.target, mirroring: true });
        const reads = [exchangeRaw(port, GET_CLOSE), exchangeRaw(port, GET_CLOSE)];
        const write = exchangeRaw(port, POST);
        const begun = exchangeRaw(port, GET_CLOSE.replace('/a', '/begun'));
        await eventually(
          'all are there',
          () => proxy.pulse().waitingNow === 3 && proxy.pulse().heard > 0,
        );
        proxy.setRoute({ running: next.target, mirroring: true });
        proxy.moveOn(hung.target);
        for (const response of await Promise.all(reads)) {
          expect(response).to.match(/^HTTP\/1\.1 200 OK[^]*good/);
        }
        expect(proxy.inFlight(hung.target)).to.equal(2);
        proxy.moveOn(hung.target);
        await proxy.drain(hung.target, 10);
        expect(await write).to.match(/^HTTP\/1\.1 503 /);
        expect(await begun).to.match(/^HTTP\/1\.1 200 OK[^]*begun/);
        expect(sink.exchanges.map(({ path, status }) => `${path} ${status}`)).to.deep.equal([
          '/a 200',
          '/a 200',
        ]);
        expect(proxy.inFlight()).to.equal(0);
      });
    } finally {
      await Promise.all([hung.close(), next.close()]);
    }
  });

  it('stay when nobody else serves', async () => {
    const hung = await silent();
    const use: Parameters<typeof withProxy>[1] = async ({ proxy, port }) => {
      const read = exchangeRaw(port, GET_CLOSE);
      await eventually('it is there', () => proxy.pulse().waitingNow === 1);
      proxy.moveOn(hung.target);
      await eventually('it is held', () => proxy.counts().heldNow === 1);
      expect(await read).to.match(/^HTTP\/1\.1 502 /);
      expect(proxy.pulse().waitingNow).to.equal(0);
    };
    await withProxy(hung, use, { hold: { maxMs: 500 } });
  });

  it('are counted from their last byte to the first of the response, whatever ends them', async () => {
    const up = await Upstream.http((request, response) => {
      if (request.url === '/break') request.socket.destroy();
      else if (request.url !== '/wait') response.end('ok');
    });
    await withProxy(up, async ({ proxy, port }) => {
      const get = (path: string): Promise<string> =>
        exchangeRaw(port, GET_CLOSE.replace('/a', path));
      await Promise.all([get('/ok'), get('/break'), exchangeRaw(port, POST), get('/ok')]);
      expect(proxy.pulse().waitingNow).to.equal(0);
      expect(proxy.pulse().heard).to.be.at.least(3);
      const waits = get('/wait');
      await eventually('one waits', () => proxy.pulse().waitingNow === 1);
      await proxy.drain(up.target, 10);
      await waits;
      expect(proxy.pulse().waitingNow).to.equal(0);
    });
  });
});
