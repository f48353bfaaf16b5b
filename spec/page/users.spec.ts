import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import type { StatusView, UsersEvidence } from '../../lib/operator/views/status-view.ts';
import { servePage } from '../../lib/page/serve-page.ts';
import { HISTORY, STATUS } from '../lib/operator/views.ts';
import { faultsOf } from '../support/axe.ts';
import { chromiumPath, startChromium, until, watchedPage } from '../support/browser.ts';

const NONE = { responses: 0, hits: 0 };
const ROW = {
  code: 'users-errors',
  name: '5xx',
  endpoint: null,
  now: { responses: 412, hits: 3 },
  before: { responses: 2400, hits: 2 },
  meanwhile: NONE,
  limit: 0.007,
  odds: 0.4,
};
const USERS: UsersEvidence = {
  responses: 412,
  requestShare: null,
  controlResponses: 2400,
  odds: 0.64,
  oddsNeeded: 200,
  reasons: [],
  rows: [ROW, { ...ROW, endpoint: `POST /<b>orders</b>/${'x'.repeat(300)}`, limit: null }],
};
const ON_PROBATION: StatusView = {
  ...STATUS,
  phase: 'probation',
  testing: null,
  verdict: null,
  probation: {
    version: 'inventory-1.4.2',
    previous: 'inventory-1.4.1',
    leftMs: 60_000,
    complaint: null,
    evidence: null,
    users: USERS,
  },
};
/** What the API says; null of all else. */
const SAID: Readonly<Record<string, unknown>> = {
  '/v1/status': ON_PROBATION,
  '/v1/history': HISTORY,
};

describe('The view Why, of a version that is watched by what users get', function () {
  this.timeout(60_000);
  let server: Server;
  let browser: Awaited<ReturnType<typeof startChromium>>;
  let url: string;

  before(async function () {
    const path = chromiumPath();
    if (path === null) return this.skip();
    browser = await startChromium(path);
    server = createServer((request, response) => {
      const [asked = ''] = (request.url ?? '').split('?');
      if (asked === '/v1/events') {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n');
      } else if (asked.startsWith('/v1/')) {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(SAID[asked] ?? null));
      } else servePage(request, response, asked).catch(() => response.writeHead(404).end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
  });

  it('shows what they got before and now, and how sure it is, as text in any theme and width', async () => {
    const watched = await watchedPage(browser, url, { token: 'a-token-of-24-characters' });
    try {
      const { page, complaints } = watched;
      await page.goto(`${url}/#/why`);
      await until(page, `document.querySelectorAll('.users-get tbody tr').length === 2`);
      const first = `[...document.querySelectorAll('.users-get tbody tr:first-child > *')].map((it) => it.innerText)`;
      expect(await page.evaluate(first)).to.deep.equal([
        '5xx',
        '2 of 2,400',
        '–',
        '3 of 412',
        '0.7 %',
      ]);
      const text = await page.textContent('main');
      expect(text).to.match(/412 responses to users, beside 2,400 of inventory-1\.4\.1/);
      expect(text).to.contain('0.6 to 1, and 200 to 1 is enough').and.contain('<b>orders</b>');
      expect(await faultsOf(page, 'why')).to.deep.equal([]);
      // Of another version it says nothing.
      await page.goto(`${url}/#/why/inventory-1.3.0`);
      await until(page, `!document.querySelector('.users-get')`);
      expect(complaints).to.deep.equal([]);
    } finally {
      await watched.close();
    }
  });
});
