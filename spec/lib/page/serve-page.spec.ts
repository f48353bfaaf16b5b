import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { codeOf, ViliError } from '../../../lib/errors.ts';
import { pageAssets } from '../../../lib/page/assets.ts';
import { isOfPage, servePage } from '../../../lib/page/serve-page.ts';

/** Of everything that the page can ever load, compressed. */
const MAX_BYTES = 200 * 1024;

describe('The files of the page', () => {
  let server: Server;
  let url: string;

  before(async () => {
    server = createServer((request, response) => {
      servePage(request, response, request.url ?? '/').catch((error: unknown) => {
        response.writeHead(error instanceof ViliError ? error.httpStatus : 500).end(codeOf(error));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it('have a policy that allows nothing unsafe and nobody else, and cannot be framed', async () => {
    for (const path of ['/', '/page/app.js', '/page/style.css']) {
      const { status, headers } = await fetch(url + path);
      expect(status, path).to.equal(200);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).to.not.contain('unsafe').and.not.contain('*').and.not.contain('http');
      expect(policy).to.contain("default-src 'none'").and.contain("frame-ancestors 'none'");
      expect(headers.get('x-frame-options')).to.equal('DENY');
      expect(headers.get('x-content-type-options')).to.equal('nosniff');
      expect(headers.get('referrer-policy')).to.equal('no-referrer');
    }
  });

  it('are sent once: who has one already gets a 304, and each encoding has its own ETag', async () => {
    const ask = (headers: Record<string, string>): Promise<Response> =>
      fetch(`${url}/page/app.js`, { headers });
    const zipped = await ask({ 'accept-encoding': 'gzip' });
    const plain = await ask({ 'accept-encoding': 'identity, gzip;q=0' });
    expect(zipped.headers.get('content-encoding')).to.equal('gzip');
    expect(plain.headers.get('content-encoding')).to.equal(null);
    expect(await zipped.text()).to.equal(await plain.text());
    const etag = zipped.headers.get('etag') ?? '';
    expect(etag)
      .to.match(/^"[\w-]+"$/)
      .and.not.equal(plain.headers.get('etag'));
    const again = await ask({ 'accept-encoding': 'gzip', 'if-none-match': `"x", ${etag}` });
    expect(again.status).to.equal(304);
    expect(await again.text()).to.equal('');
    expect((await ask({ 'accept-encoding': 'identity', 'if-none-match': etag })).status).to.equal(
      200,
    );
  });

  it('are these files and no others of the disk', async () => {
    for (const path of [
      '/page/',
      '/page/../package.json',
      '/page/%2e%2e/package.json',
      '/package.json',
      '/page/app.ts',
    ]) {
      expect((await fetch(url + path)).status, path).to.equal(404);
    }
    expect((await fetch(`${url}/`, { method: 'POST' })).status).to.equal(405);
    expect(['/v1', '/v1/status', '/metrics'].map(isOfPage)).to.deep.equal([false, false, false]);
    expect(['/', '/v1x', '/metrics/x', '/session'].map(isOfPage)).to.deep.equal([
      true,
      true,
      true,
      true,
    ]);
  });

  it('name no script, style or address but their own, and are all there that they import', async () => {
    const assets = await pageAssets();
    const html = assets.get('/')?.plain.bytes.toString() ?? '';
    expect(html).to.not.match(/<script(?![^>]*src=)|style=|\son\w+=|https?:/);
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '');
    for (const [from, { plain, type }] of assets) {
      if (!type.startsWith('text/javascript') || from.includes('/vendor/')) continue;
      const text = plain.bytes.toString();
      for (const [, path = ''] of text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)) {
        named.push(new URL(path, `http://vili${from}`).pathname);
      }
    }
    expect(named.length).to.be.above(50);
    expect(named.filter((path) => !assets.has(path))).to.deep.equal([]);
  });

  it('are asked for all at once where the first view needs them, and the others when they are wanted', async () => {
    const assets = await pageAssets();
    const html = assets.get('/')?.plain.bytes.toString() ?? '';
    const early = [...html.matchAll(/rel="modulepreload" href="([^"]+)"/g)].map(
      ([, path = '']) => path,
    );
    for (const from of early) {
      const text = assets.get(from)?.plain.bytes.toString() ?? '';
      for (const [, path = ''] of text.matchAll(/\bfrom\s*'([^']+)'/g)) {
        expect(early).to.include(new URL(path, `http://vili${from}`).pathname);
      }
    }
    expect(early).to.include.members([
      '/page/app.js',
      '/page/views/now.js',
      '/lib/text/numbers.js',
    ]);
    for (const late of ['/page/views/why.js', '/page/parts/chart.js', '/page/vendor/uplot.js']) {
      expect(early).to.not.include(late);
    }
  });

  it('are small: all of them under 200 KB compressed', async () => {
    let total = 0;
    for (const { gzip, plain } of (await pageAssets()).values()) {
      const { bytes } = await gzip();
      expect(gunzipSync(bytes).equals(plain.bytes)).to.equal(true);
      total += bytes.length;
    }
    expect(total).to.be.within(20_000, MAX_BYTES);
  });
});
