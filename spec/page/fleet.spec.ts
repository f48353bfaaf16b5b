import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { hostOf } from '../lib/fleet/rollout/fleet-records.ts';
import { faultsOf } from '../support/axe.ts';
import {
  chromiumPath,
  startChromium,
  until,
  type Watched,
  watchedPage,
} from '../support/browser.ts';
import { hasProgram } from '../support/certificates.ts';
import { putHosts } from '../support/crowd.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld, IDENTIFIER } from '../support/daemon-world.ts';
import { type EtcdNode, startEtcd } from '../support/etcd.ts';
import { freePort } from '../support/ports.ts';

const TOKEN = 'a-token-of-24-characters';
const BY = 'ann@laptop';
/** As the history has it. */
const AUDITED = `${BY} from 127.0.0.1`;
const CROWD = 200;
const BUILD = { version: 'shop-1.2.0', sha256: 'b'.repeat(64) };
const HOSTILE = [
  '<script>window.hurt=1</script>',
  '<img src=x onerror="window.hurt=1">',
  'javascript:window.hurt=1',
  '\u202egpj.exe\u2066',
  'שלום-🦊',
  'x'.repeat(190),
  '"><iframe src="http://evil.example/"></iframe>',
];

describe('The fleet on the dashboard (skipped where Chromium or etcd is absent)', function () {
  this.timeout(180_000);
  let browser: Awaited<ReturnType<typeof startChromium>>;
  let folder: string | null = null;
  let etcd: EtcdNode;
  let world: DaemonWorld;
  let daemon: Daemon;
  let url: string;
  let watched: Watched;

  before(async function () {
    const path = chromiumPath();
    if (path === null || !hasProgram('etcd')) return this.skip();
    folder = await mkdtemp(join(tmpdir(), 'vili-fleet-page-'));
    const [node] = await startEtcd(folder, 1);
    if (node === undefined) throw new Error('there is no etcd');
    etcd = node;
    browser = await startChromium(path);
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    world = await DaemonWorld.create({
      admin_listen: `127.0.0.1:${port}`,
      admin_token: TOKEN,
      fleet_endpoints: etcd.endpoint,
      fleet_host: 'a',
      fleet_waves: '1, 25%, 100%',
      // People decide here, and nobody else.
      verdict_mode: 'manual',
      verdict_speed: 'report',
    });
    daemon = await world.startServing();
    world.users(40);
    watched = await watchedPage(browser, url, { token: TOKEN });
  });
  after(async () => {
    await browser?.close();
    await world?.end();
    await etcd?.kill();
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  });

  it('has its place in the navigation, and shows who is there and who leads', async () => {
    const { page } = watched;
    await page.goto(`${url}/#/now`);
    await page.click('nav a[href="#/fleet"]');
    await until(page, `document.querySelector('nav a[aria-current]').innerText === 'Fleet'`);
    await until(
      page,
      `/this host, leads/.test(document.querySelector('tr[data-host=a]').innerText)`,
    );
    await headline('All is well');
    expect(await page.textContent('tr[data-host=a]')).to.contain('shop-1.0.0');
  });

  it('asks before it pauses all hosts, with the effect, also by keyboard alone', async () => {
    const { page } = watched;
    await page.evaluate(`document.querySelector('[data-act=fleet-pause]').focus()`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog');
    expect(await page.textContent('dialog .effect')).to.contain('No host of the fleet is promoted');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'hidden' });
    await until(page, `document.activeElement.dataset.act === 'fleet-pause'`);
    expect((await daemon.client.fleet())?.hold).to.equal(null);
  });

  it('pauses and resumes all hosts, by whom and why', async () => {
    const { page } = watched;
    await act('fleet-pause');
    await page.waitForSelector('[data-act=fleet-resume]');
    await headline('Paused');
    expect(await page.textContent('main')).to.contain('because I clicked fleet-pause');
    expect((await daemon.client.fleet())?.hold?.by).to.equal(AUDITED);
    await told('the fleet is paused: because I clicked fleet-pause', AUDITED);
    await act('fleet-resume');
    await page.waitForSelector('[data-act=fleet-pause]');
    await told('the fleet goes on: because I clicked fleet-resume', AUDITED);
    expect((await daemon.client.fleet())?.hold).to.equal(null);
  });

  it('follows the evidence on a version, and promotes it on all hosts', async () => {
    const { page } = watched;
    await world.drop('1.1.0');
    await headline('Collecting evidence');
    await until(
      page,
      `document.querySelector('tr[data-host=a] td.bare').innerText.includes('testing')`,
    );
    await until(
      page,
      `Number(document.querySelector('tr[data-host=a] td[data-name=pairs]').innerText.replace(',', '')) > 0`,
    );
    await act('fleet-promote');
    await daemon.serving('shop-1.1.0');
    await until(
      page,
      `document.querySelector('tr[data-host=a] td.bare').innerText.includes('probation')`,
    );
    await until(page, `document.querySelector('.waves [aria-current=step]')`);
    const asked = `${AUDITED} asked for it: because I clicked fleet-promote`;
    await told(`all hosts go to shop-1.1.0; ${asked}`, 'vili');
  });

  it('takes it back from all hosts that have gone', async () => {
    const { page } = watched;
    await page.click('[data-act=fleet-reject]');
    expect(await page.textContent('dialog .effect')).to.contain('The host that has gone goes back');
    await confirm('fleet-reject');
    await daemon.serving('shop-1.0.0');
    await headline('Stopped');
    await until(page, `!document.querySelector('[data-act=fleet-promote]')`);
  });

  it('shows 200 hosts a part at a time, those that need somebody first, and names are text', async () => {
    const { page } = watched;
    const testing = { ...BUILD, isReady: true };
    const rejected = { ...BUILD, text: 'GET /items/{id} fails more often <b>here</b>' };
    const names = Array.from({ length: CROWD - HOSTILE.length }, (_, at) => `host-${at + 1}`);
    await putHosts(etcd, IDENTIFIER, [
      ...names.map((name) => hostOf(name, { testing })),
      ...HOSTILE.map((name) => hostOf(name, { testing, url: name, waits: name, vili: name })),
      hostOf('host-117', { testing: null, rejected }),
      hostOf('host-31', { testing: { ...testing, sha256: 'c'.repeat(64) } }),
    ]);
    await headline('Held');
    await until(page, `document.querySelectorAll('.hosts tbody tr').length === 50`);
    await until(
      page,
      `[...document.querySelectorAll('.hosts tbody tr')].slice(0, 2).map((it) => it.dataset.host).join() === 'host-117,host-31'`,
    );
    await page.click('button:has-text("Show 151 more")');
    await until(page, `document.querySelectorAll('.hosts tbody tr').length === ${CROWD + 1}`);
    expect(await page.textContent('.hosts'))
      .to.contain(HOSTILE[0])
      .and.contain(HOSTILE[1]);
    expect(await page.evaluate('window.hurt')).to.equal(undefined);
    const elements = 'main :is(script, iframe, img, object, b b), main [onerror]';
    expect(
      await page.evaluate(`document.querySelectorAll(${JSON.stringify(elements)}).length`),
    ).to.equal(0);
    const links = `[...document.querySelectorAll('a')].filter((it) => !it.getAttribute('href').startsWith('#')).length`;
    expect(await page.evaluate(links)).to.equal(0);
    expect(
      await page.evaluate(`/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText)`),
    ).to.equal(false);
    expect(await faultsOf(page, 'fleet')).to.deep.equal([]);
    await page.fill('main input[type=search]', 'host-117');
    await until(page, `document.querySelectorAll('.hosts tbody tr').length === 1`);
    await page.fill('main input[type=search]', 'content');
    await until(
      page,
      `[...document.querySelectorAll('.hosts tbody tr')].map((it) => it.dataset.host).join() === 'host-31'`,
    );
  });

  it('is shown to a stranger of the host, who cannot act', async () => {
    const stranger = await watchedPage(browser, url);
    try {
      const { page, complaints } = stranger;
      await page.goto(`${url}/#/fleet`);
      await page.waitForSelector('[data-act=fleet-pause][disabled]');
      expect(complaints).to.deep.equal([]);
    } finally {
      await stranger.close();
    }
  });

  it('says since when etcd is gone, lets nobody act meanwhile, and goes on when it is back', async () => {
    const { page } = watched;
    await etcd.kill();
    await headline('etcd is gone');
    await page.waitForSelector('[data-act=fleet-pause][disabled]');
    const since = (await daemon.client.fleet())?.engine.since ?? '';
    await until(page, `document.querySelector('.facts time[datetime="${since}"]')`);
    expect((await world.vili('fleet')).stdout).to.match(/the engine is not there since 20\d\d-/);
    await page.click('a[href="#/now"]');
    await until(page, `/etcd is gone/.test(document.querySelector('.facts').innerText)`);
    await page.goBack();
    await etcd.start();
    await headline('Held');
    await page.waitForSelector('[data-act=fleet-pause]:not([disabled])');
    expect((await daemon.client.fleet())?.engine.since).to.equal(null);
  });

  it('has complained of nothing, and asked nobody else', () => {
    expect(watched.complaints).to.deep.equal([]);
    expect(watched.strangers).to.deep.equal([]);
  });

  function headline(word: string): Promise<void> {
    return until(
      watched.page,
      `document.querySelector('main .verdict .word')?.innerText.includes('${word}')`,
    );
  }

  /** Clicks an act, gives name and reason, and waits until it was taken. */
  async function act(name: string): Promise<void> {
    await watched.page.click(`[data-act=${name}]`);
    await confirm(name);
  }

  async function confirm(name: string): Promise<void> {
    const { page } = watched;
    await page.fill('dialog [name=by]', BY);
    await page.fill('dialog [name=reason]', `because I clicked ${name}`);
    await page.click('dialog [type=submit]');
    await page.waitForSelector('dialog', { state: 'hidden' });
  }

  async function told(text: string, by: string): Promise<void> {
    await daemon.until(text, async () => {
      const history = await daemon.client.history();
      return history.some(
        (it) => it.event === 'fleet' && it.by === by && it.reasons.includes(text),
      );
    });
  }
});
