import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { openDashboard } from '../../lib/operator/dashboard/dashboard.ts';
import { faultsOf } from '../support/axe.ts';
import {
  chromiumPath,
  startChromium,
  until,
  type Watched,
  watchedPage,
} from '../support/browser.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld, type LiveUsers } from '../support/daemon-world.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/ports.ts';

const TOKEN = 'a-token-of-24-characters';
const BAD = {
  errors: { endpoint: 'GET /orders/{id}', share: 0.3 },
  changedType: { endpoint: 'GET /items/{id}', field: 'price' },
};
/** While the daemon is gone, a browser reports each request that nobody took. */
const NOBODY =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED|ERR_SOCKET/;

/** Compressed, of all that it takes until the first view is there. */
const FIRST_VIEW_MAX_BYTES = 200_000;

describe('The dashboard in a browser', function () {
  this.timeout(180_000);
  let browser: Awaited<ReturnType<typeof startChromium>>;
  let world: DaemonWorld;
  let daemon: Daemon;
  let url: string;
  let users: LiveUsers;
  let watched: Watched;

  before(async function () {
    const path = chromiumPath();
    if (path === null) return this.skip();
    browser = await startChromium(path);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    world = await DaemonWorld.create({
      admin_listen: `127.0.0.1:${port}`,
      admin_token: TOKEN,
      // What a busy host does to times is not what is tried here.
      verdict_speed: 'report',
    });
    daemon = await world.startServing();
    users = world.users(40);
    watched = await watchedPage(browser, url, { expected: NOBODY, token: TOKEN });
    await watched.page.goto(`${url}/`);
  });
  after(async () => {
    await browser?.close();
    await world?.end();
  });

  it('follows a good version from the arrival of its file to its users', async () => {
    const { page } = watched;
    await until(page, `document.querySelector('main')?.innerText.includes('All is well')`);
    await world.drop('1.0.1');
    await until(page, `document.querySelector('header').innerText.includes('1.0.1')`);
    await until(page, `document.querySelector('.servlet .version')?.innerText === 'shop-1.0.1'`);
    await until(
      page,
      `[...document.querySelectorAll('.events li')].some((it) => /promoted/.test(it.innerText) && /shop-1.0.1/.test(it.innerText))`,
    );
    expect(users.counts()).to.include({ failed: 0, lastFailure: null });
  });

  it('follows a bad version to its rejection, and says why', async () => {
    const { page } = watched;
    await world.drop('1.1.0', BAD);
    await until(
      page,
      `[...document.querySelectorAll('.events li')].some((it) => /rejected/.test(it.innerText) && /shop-1.1.0/.test(it.innerText))`,
    );
    await page.goto(`${url}/#/why/shop-1.1.0`);
    await until(
      page,
      `[/FAIL/, /rejected/, /price|orders/].every((one) => one.test(document.querySelector('main').innerText))`,
    );
    await page.goBack();
    await until(page, `document.querySelector('nav a[aria-current]').innerText === 'Now'`);
  });

  it('writes the rule for what is ignored where it takes effect, after showing the line', async () => {
    const { page } = watched;
    await page.goto(`${url}/#/differences/shop-1.1.0`);
    await page.waitForSelector('[data-act=ignore]');
    await page.click('[data-act=ignore]');
    await until(page, `/price/.test(document.querySelector('dialog .written')?.innerText)`);
    const env = join(world.base, '.env');
    expect(await readFile(env, 'utf8')).to.not.contain('$.price');
    await page.fill('dialog [name=by]', 'ann@laptop');
    await page.click('dialog [type=submit]');
    await page.waitForSelector('dialog', { state: 'hidden' });
    expect(await readFile(env, 'utf8'))
      .to.match(/ann@laptop/)
      .and.contain('GET /items/{id}')
      .and.contain('$.price');
    // A sample can be sent again only while its version, or another one, is under test.
    await page.click('.samples a');
    await page.waitForSelector('[data-act=replay][disabled]');
    await page.goto(`${url}/#/now`);
  });

  it('asks before an act, with its effect, and does it in the name given', async () => {
    const { page } = watched;
    await page.click('[data-act=pause]');
    expect(await page.textContent('dialog .effect')).to.contain('No version is promoted');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'hidden' });
    expect((await daemon.client.status()).paused ?? null).to.equal(null);
    await page.click('[data-act=pause]');
    await page.fill('dialog [name=by]', 'ann@laptop');
    await page.fill('dialog [name=reason]', 'release freeze');
    await page.click('dialog [type=submit]');
    await page.waitForSelector('[data-act=resume]');
    const [last] = (await daemon.client.history()).slice(-1);
    expect(last).to.include({ event: 'paused', by: 'ann@laptop from 127.0.0.1' });
    await page.click('[data-act=resume]');
    await page.click('dialog [type=submit]');
    await page.waitForSelector('[data-act=pause]');
  });

  it('has no violation that axe knows of, in any view, theme and width', async () => {
    const { page } = watched;
    const found: string[] = [];
    for (const view of [
      'now',
      'why/shop-1.1.0',
      'differences/shop-1.1.0',
      'traffic',
      'versions/shop-1.1.0',
      'logs',
      'inside?id=shop-1.1.0',
    ]) {
      await page.goto(`${url}/#/${view}`);
      await until(
        page,
        `document.querySelector('main .card') && !document.querySelector('main .loading')`,
      );
      found.push(...(await faultsOf(page, view)));
    }
    expect(found).to.deep.equal([]);
    await page.setViewportSize({ width: 1440, height: 900 });
  });

  it('says since when Vili is gone, and comes back by itself', async () => {
    const { page } = watched;
    await page.goto(`${url}/#/now`);
    await daemon.kill('SIGKILL');
    await page.waitForSelector('.gone');
    expect(await page.textContent('.gone')).to.match(/does not respond since/);
    daemon = world.start();
    await daemon.serving('shop-1.0.1');
    await page.waitForSelector('.gone', { state: 'hidden' });
    await until(page, `document.querySelector('header').innerText.includes('ready')`);
  });

  it('is whole, however often in a row it is loaded', async () => {
    const { page } = watched;
    for (let time = 1; time <= 6; time++) {
      await page.reload();
      await until(page, `document.querySelector('main .card')`);
    }
  });

  it('has complained of nothing, and asked nobody else', () => {
    expect(watched.complaints).to.deep.equal([]);
    expect(watched.strangers).to.deep.equal([]);
  });

  it('comes by itself when one of its files did not come at first', async () => {
    const broken = await watchedPage(browser, url, { expected: /503|dynamically imported/ });
    try {
      const { page, complaints } = broken;
      let isRefused = true;
      await page.route(/\/page\/(?:views\/now|vendor\/uplot)\.js$/, async (route) => {
        const isUplot = route.request().url().endsWith('uplot.js');
        if (!isUplot && !isRefused) return route.continue();
        await route.fulfill({ status: 503, body: 'not now' });
      });
      await page.goto(`${url}/#/traffic`);
      await until(page, `/could not be loaded/.test(document.body.innerText)`);
      isRefused = false;
      await until(page, `document.querySelectorAll('.chart canvas').length === 6`);
      expect(complaints).to.deep.equal([]);
    } finally {
      await broken.close();
    }
  });

  it('leaves a connection to others while nobody looks at it, and is up to date when somebody does', async () => {
    const { page } = watched;
    await page.goto(`${url}/#/now`);
    let isEnded = false;
    page.on('requestfailed', (request: { url(): string }) => {
      if (request.url().endsWith('/v1/events')) isEnded = true;
    });
    const see = (isHidden: boolean): Promise<unknown> =>
      page.evaluate(`Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
    await see(true);
    await eventually('the page has let go of its events', () => isEnded);
    await daemon.client.pause({ by: 'bob@host', reason: 'while nobody looked' });
    await see(false);
    await until(page, `/while nobody looked/.test(document.querySelector('.events').innerText)`);
    await daemon.client.resume({ by: 'bob@host' });
    await page.waitForSelector('[data-act=pause]');
  });

  it('says what to do where the link of `vili dashboard` was opened in another browser already', async () => {
    const own = await openDashboard({
      daemon: join(world.base, '.vili', 'vili.sock'),
      by: 'ann@host',
      now: Date.now,
    });
    const { origin } = new URL(own.url);
    const first = await watchedPage(browser, origin);
    const second = await watchedPage(browser, origin, { expected: /401/ });
    try {
      await first.page.goto(own.url);
      await first.page.waitForSelector('[data-act=pause]:not([disabled])');
      await second.page.goto(own.url);
      await until(second.page, `/run it again for a new link/.test(document.body.innerText)`);
      expect(await second.page.evaluate(`document.querySelectorAll('input').length`)).to.equal(0);
      expect([...first.complaints, ...second.complaints]).to.deep.equal([]);
    } finally {
      await first.close();
      await second.close();
      await own.close();
    }
  });

  it('has no view of a fleet where the host decides alone', async () => {
    const { page } = watched;
    await page.goto(`${url}/#/now`);
    await until(page, `document.querySelectorAll('nav a').length === 7`);
    await page.goto(`${url}/#/fleet`);
    await until(page, `/decides alone/.test(document.querySelector('main').innerText)`);
  });

  it('is small and whole for a browser that never had it', async () => {
    const fresh = await watchedPage(browser, url);
    try {
      const { page, complaints, strangers } = fresh;
      await page.goto(`${url}/`);
      await page.waitForSelector('.verdict');
      // As it came over the wire; what the API said is not of the page.
      const sizes = await page.evaluate<readonly number[]>(
        `performance.getEntriesByType('resource').filter((it) => it.name.includes('/page/') || it.name.includes('/lib/')).map((it) => it.encodedBodySize)`,
      );
      expect(sizes.length).to.be.above(30);
      expect(sizes).to.not.include(0);
      expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(FIRST_VIEW_MAX_BYTES);
      expect([complaints, strangers]).to.deep.equal([[], []]);
    } finally {
      await fresh.close();
    }
  });

  it('shows a stranger of the host what is open, and neither samples nor acts', async () => {
    const stranger = await watchedPage(browser, url);
    try {
      const { page, complaints } = stranger;
      await page.goto(`${url}/#/why`);
      await until(page, `/No permission/.test(document.querySelector('main').innerText)`);
      await page.goto(`${url}/#/now`);
      await page.waitForSelector('[data-act=pause][disabled]');
      await page.click('.tools button');
      await page.fill('dialog [name=token]', TOKEN);
      await page.click('dialog [type=submit]');
      await page.waitForSelector('[data-act=pause]:not([disabled])');
      expect(page.url()).to.not.contain(TOKEN);
      expect(complaints).to.deep.equal([]);
    } finally {
      await stranger.close();
    }
    expect(daemon.output).to.not.contain(TOKEN);
  });
});
