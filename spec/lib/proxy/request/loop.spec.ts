import { expect } from 'chai';
import { exchangeRaw, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const SETTINGS = { mirror: { token: TOKEN } };

function get(...headers: string[]): string {
  return ['GET / HTTP/1.1', 'Host: a', 'Connection: close', ...headers, '', ''].join('\r\n');
}

describe('what a servlet sends with the headers of a copy', () => {
  it('is forwarded, marked, and never copied', async () => {
    let seen = '';
    const up = await Upstream.http((request, response) => {
      seen = request.rawHeaders.join('|');
      response.end();
    });
    await withProxy(
      up,
      async ({ proxy, port, sink }) => {
        proxy.setRoute({ running: up.target, mirroring: true });
        const text = await exchangeRaw(
          port,
          get('X-Vili-Mirror: test', `x-vili-mirror-TOKEN: ${TOKEN}`),
        );
        expect(text).to.match(/^HTTP\/1\.1 200 OK\r\n/);
        expect(seen).to.contain('X-Vili-Mirror|servlet').and.not.match(/token/i);
        expect(proxy.counts().skipped.servlet).to.equal(1);
        expect(sink.exchanges).to.deep.equal([]);
      },
      SETTINGS,
    );
  });

  it('cannot be forged by a client, whose marks are removed', async () => {
    let seen = '';
    const up = await Upstream.http((request, response) => {
      seen = request.rawHeaders.join('|').toLowerCase();
      response.end();
    });
    await withProxy(
      up,
      async ({ port }) => {
        const forged = get(
          'X-Vili-Mirror: test',
          'X-Vili-Mirror-Token: guessed',
          'X-Vili-Mirror-Else: 1',
        );
        expect(await exchangeRaw(port, forged)).to.match(/^HTTP\/1\.1 200 /);
        expect(seen).to.contain('x-vili-mirror-else|1');
        expect(seen).not.to.match(/x-vili-mirror\||-token/);
      },
      SETTINGS,
    );
  });

  it('is not recognized without a token', async () => {
    const up = await Upstream.http((_request, response) => void response.end());
    await withProxy(up, async ({ port }) => {
      const text = await exchangeRaw(port, get('X-Vili-Mirror-Token:'));
      expect(text).to.match(/^HTTP\/1\.1 200 /);
    });
  });
});
