import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { type Dashboard, openDashboard } from '../../../../lib/operator/dashboard/dashboard.ts';

describe('The page of one person', () => {
  let daemon: Server;
  let dashboard: Dashboard;
  let origin: string;
  let token: string;
  const asked: string[] = [];

  beforeEach(async () => {
    asked.length = 0;
    daemon = createServer((incoming, response) => {
      asked.push(`${incoming.method} ${incoming.url} ${incoming.headers.authorization}`);
      response.writeHead(200, { 'content-type': 'application/json', 'x-inner': 'kept to itself' });
      incoming.pipe(response);
    });
    await new Promise<void>((resolve) => daemon.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(daemon.address() as AddressInfo).port}`;
    dashboard = await openDashboard({
      daemon: { url, token: 'the-token-of-the-daemon' },
      by: 'ann@host',
      now: () => 0,
    });
    [origin = '', token = ''] = dashboard.url.split('/#once=');
  });
  afterEach(async () => {
    await dashboard.close();
    daemon.closeAllConnections();
    await new Promise((resolve) => daemon.close(resolve));
  });

  it('lets nobody ask the daemon without the link, whose token is good once', async () => {
    expect((await fetch(`${origin}/v1/status`)).status).to.equal(401);
    expect((await enter('wrong')).status).to.equal(401);
    const first = await enter(token);
    expect(await first.json()).to.deep.equal({ by: 'ann@host' });
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).to.match(/^vili_\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect((await enter(token)).status).to.equal(401);
    expect(
      (await fetch(`${origin}/v1/status`, { headers: { cookie: 'vili_1=x' } })).status,
    ).to.equal(401);
    expect(asked).to.deep.equal([]);
    const own = { cookie: cookie.split(';')[0] ?? '' };
    const response = await fetch(`${origin}/v1/pause?x=1`, {
      method: 'POST',
      headers: own,
      body: '{"by":"ann"}',
    });
    expect(await response.text()).to.equal('{"by":"ann"}');
    expect(response.headers.get('x-inner')).to.equal(null);
    expect(asked).to.deep.equal(['POST /v1/pause?x=1 Bearer the-token-of-the-daemon']);
  });

  it('takes few wrong tokens, and then none for a while', async () => {
    for (let count = 0; count < 10; count++) expect((await enter('wrong')).status).to.equal(401);
    expect((await enter(token)).status).to.equal(429);
  });

  it('is refused to pages of other origins and other names of this host', async () => {
    const cookie = (await enter(token)).headers.get('set-cookie')?.split(';')[0] ?? '';
    const statusOf = (headers: Record<string, string>, path = '/v1/status'): Promise<number> =>
      new Promise((resolve, reject) => {
        const { port } = new URL(origin);
        request({ host: '127.0.0.1', port, path, headers: { cookie, ...headers } }, (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        })
          .once('error', reject)
          .end();
      });
    expect(await statusOf({})).to.equal(200);
    expect(await statusOf({ origin })).to.equal(200);
    expect(await statusOf({ host: 'evil.example' })).to.equal(421);
    expect(await statusOf({ host: '127.0.0.1:1' })).to.equal(421);
    expect(await statusOf({ origin: 'http://evil.example' })).to.equal(403);
    expect(await statusOf({ 'sec-fetch-site': 'cross-site' })).to.equal(403);
    expect(
      await statusOf({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
    ).to.equal(403);
    // A link in a chat leads to the page.
    const followed = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(await statusOf(followed, '/')).to.equal(200);
  });

  it('says so when no daemon responds', async () => {
    const cookie = (await enter(token)).headers.get('set-cookie')?.split(';')[0] ?? '';
    daemon.closeAllConnections();
    await new Promise((resolve) => daemon.close(resolve));
    const response = await fetch(`${origin}/v1/status`, { headers: { cookie } });
    expect(response.status).to.equal(503);
    expect(await response.json()).to.include({ code: 'VILI_DAEMON_UNREACHABLE' });
    await new Promise<void>((resolve) => daemon.listen(0, '127.0.0.1', resolve));
  });

  function enter(given: string): Promise<Response> {
    const headers = { 'content-type': 'application/json', origin };
    return fetch(`${origin}/session`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ token: given }),
    });
  }
});
