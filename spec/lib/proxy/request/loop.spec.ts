import { expect } from 'chai';
import { exchangeRaw, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const SETTINGS = { mirror: { token: TOKEN } };

function get(...headers: string[]): string {
  return ['GET / HTTP/1.1', 'Host: a', 'Connection: close', ...headers, '', ''].join('\r\n');
}

describe('a copy that comes back', () => {
  it('is rejected with 508 and never reaches running', async () => {
    let asked = 0;
    const up = await Upstream.http((_request, response) => {
      asked++;
      response.end();
    });
    await withProxy(
      up,
      async ({ proxy, port }) => {
        const text = await exchangeRaw(
          port,
          get('X-Vili-Mirror: test', `x-vili-mirror-TOKEN: ${TOKEN}`),
        );
        expect(text).to.match(/^HTTP\/1\.1 508 Loop Detected\r\n/);
        expect(asked).to.equal(0);
        expect(proxy.counts().skipped.refused).to.equal(1);
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
