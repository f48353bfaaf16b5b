import { expect } from 'chai';
import { pairsOf } from '../../../../lib/model/headers.ts';
import { compileTrust, peerOf } from '../../../../lib/proxy/http/forwarded.ts';
import { exchangeRaw, Upstream, withProxy } from '../../../support/proxy-fixture.ts';

const REQUEST =
  'GET / HTTP/1.1\r\nHost: shop.example\r\nX-Forwarded-For: 9.9.9.9\r\nx-forwarded-for: 8.8.8.8\r\n' +
  'X-Forwarded-Proto: https\r\nX-Forwarded-Host: public.example\r\nForwarded: for=9.9.9.9\r\n' +
  'Connection: close\r\n\r\n';

/** The forwarding headers that running sees, in order. */
async function seen(trustedProxies: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const up = await Upstream.http((request, response) => {
    for (const [name, value] of pairsOf(request.rawHeaders)) {
      if (/forwarded/i.test(name)) lines.push(`${name}: ${value}`);
    }
    response.end();
  });
  await withProxy(up, async ({ port }) => void (await exchangeRaw(port, REQUEST)), {
    trustedProxies,
  });
  return lines;
}

describe('the forwarding headers that running gets', () => {
  it('replace those of a client that is not trusted', async () => {
    expect(await seen(['10.0.0.0/8'])).to.deep.equal([
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Proto: http',
      'X-Forwarded-Host: shop.example',
    ]);
  });

  it('append to those of a trusted proxy', async () => {
    expect(await seen(['loopback'])).to.deep.equal([
      'X-Forwarded-For: 9.9.9.9, 8.8.8.8, 127.0.0.1',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Host: public.example',
      'Forwarded: for=9.9.9.9, for=127.0.0.1;proto=http',
    ]);
  });

  it('contain an IPv4 address in dotted form on a dual-stack socket too', () => {
    const trust = compileTrust(['192.168.0.0/16']);
    expect(peerOf('::ffff:192.168.1.2', trust)).to.deep.equal({
      address: '192.168.1.2',
      trusted: true,
    });
    expect(peerOf('2001:db8::1', trust)).to.deep.equal({ address: '2001:db8::1', trusted: false });
  });

  it('depend on a trust list, whose invalid entries are named', () => {
    expect(() => compileTrust(['loopback', 'my-proxy'])).to.throw(/my-proxy/);
  });
});
