import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  chromiumPath,
  startChromium,
  until,
  type Watched,
  watchedPage,
} from '../support/browser.ts';
import type { Daemon } from '../support/daemon.ts';
import { DaemonWorld } from '../support/daemon-world.ts';
import { freePort } from '../support/ports.ts';

const TOKEN = 'a-token-of-24-characters';
const BY = 'ann@laptop';
/** As the history has it. */
const AUDITED = `${BY} from 127.0.0.1`;
const BAD = {
  errors: { endpoint: 'GET /orders/{id}', share: 0.3 },
  changedType: { endpoint: 'GET /items/{id}', field: 'price' },
};

interface Kept {
  suggestedFilename(): string;
  path(): Promise<string>;
}

describe('The acts of the dashboard, clicked in a browser', function () {
  this.timeout(120_000);
  let browser: Awaited<ReturnType<typeof startChromium>>;
  let world: DaemonWorld;
  let daemon: Daemon;
  let url: string;
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
      // People decide here, and nobody else.
      verdict_mode: 'manual',
      verdict_speed: 'report',
    });
    daemon = await world.startServing();
    world.users(40);
    watched = await watchedPage(browser, url, { token: TOKEN });
    await world.drop('1.1.0', BAD);
    await daemon.testing('shop-1.1.0');
  });
  after(async () => {
    await browser?.close();
    await world?.end();
  });

  it('sends a sample again to the version under test, and says what came of it', async () => {
    const { page } = watched;
    await page.goto(`${url}/#/differences`);
    await page.waitForSelector('.samples a');
    await page.click('.samples a');
    await page.click('[data-act=replay]:not([disabled])');
    await until(page, `document.querySelector('[data-act=replay] + [role=status] .state')`);
    const said = await page.textContent('[data-act=replay] + [role=status]');
    expect(said).to.match(/same|differs|worse/);
    expect((await daemon.recorded('replayed', 'shop-1.1.0')).by).to.equal(
      'dashboard from 127.0.0.1',
    );
  });

  it('ignores a field while its version is under test, and the evidence begins anew', async () => {
    const { page } = watched;
    const askedMs = Date.now();
    await page.goto(`${url}/#/differences`);
    await page.click('[data-act=ignore]');
    await until(page, `/price/.test(document.querySelector('dialog .written')?.innerText)`);
    await confirm();
    expect(await readFile(join(world.base, '.env'), 'utf8')).to.contain('GET /items/{id}');
    expect((await daemon.recorded('ignored', 'shop-1.1.0')).by).to.equal(AUDITED);
    await daemon.until('evidence that began later', ({ verdict }) => {
      return verdict !== null && Date.now() - verdict.elapsedMs > askedMs;
    });
  });

  it('gives testing a fresh process, and rejects it', async () => {
    const { page } = watched;
    await page.goto(`${url}/#/now`);
    await act('Restart testing');
    expect((await daemon.recorded('restarted', 'shop-1.1.0')).by).to.equal(AUDITED);
    await act('Reject');
    await happened('rejected', 'shop-1.1.0');
    expect(await daemon.recorded('rejected', 'shop-1.1.0')).to.include({ by: AUDITED });
    await until(page, `document.querySelectorAll('header .role').length === 1`);
  });

  it('tests a rejected version again, and promotes it', async () => {
    const { page } = watched;
    await act('Test again');
    await until(page, `/1\\.1\\.0/.test(document.querySelector('header').innerText)`);
    await daemon.testing('shop-1.1.0');
    // Those of the test before are gone: what is kept below is of this one.
    await daemon.until('a sample of this test', async () => {
      return (await daemon.client.samples()).samples.length > 0;
    });
    await act('Promote');
    await happened('promoted', 'shop-1.1.0');
    await until(page, `document.querySelector('.servlet .version')?.innerText === 'shop-1.1.0'`);
    const { by, reasons } = await daemon.recorded('promoted', 'shop-1.1.0');
    expect(by).to.equal(AUDITED);
    expect(reasons.join()).to.contain('because I clicked Promote');
  });

  it('pauses and resumes', async () => {
    const { page } = watched;
    await act('Pause');
    await page.waitForSelector('[data-act=resume]');
    expect((await daemon.client.status()).paused?.by).to.equal(AUDITED);
    await act('Resume');
    await page.waitForSelector('[data-act=pause]');
    expect((await daemon.client.status()).paused ?? null).to.equal(null);
  });

  it('gives running a fresh process, while requests wait', async () => {
    const { page } = watched;
    const pid = (await daemon.client.status()).running?.pid;
    await act('Restart running');
    await daemon.recorded('restarted', 'shop-1.1.0');
    await daemon.until('another process', ({ running }) => {
      return running?.state === 'ready' && running.pid !== pid;
    });
    await until(page, `!document.querySelector('.servlet dl').innerText.includes('${pid}')`);
  });

  it('shows the steps of a rollback, does it, and follows it to its end', async () => {
    const { page } = watched;
    await page.click('button:has-text("Roll back")');
    await until(page, `document.querySelectorAll('dialog .steps li').length > 1`);
    await confirm();
    await happened('rolled-back', 'shop-1.1.0');
    await until(page, `document.querySelector('.servlet .version')?.innerText === 'shop-1.0.0'`);
    await daemon.serving('shop-1.0.0');
  });

  it('has the browser keep report and samples of a version, out of its archive too', async () => {
    const { page } = watched;
    await page.goto(`${url}/#/versions/shop-1.1.0`);
    expect(await kept('report.md')).to.match(/^# shop-1\.1\.0: /);
    await world.drop('1.2.0');
    await daemon.until('the archive has it', async () => {
      const { versions } = await daemon.client.versions();
      return versions.some((it) => it.version === 'shop-1.1.0' && it.where === 'archive');
    });
    await until(page, `/in its archive/.test(document.querySelector('main').innerText)`);
    const [line = ''] = (await kept('samples.jsonl')).split('\n');
    expect(JSON.parse(line)).to.include({ schema: 'vili.sample/1' });
  });

  it('has complained of nothing, and asked nobody else', () => {
    expect(watched.complaints).to.deep.equal([]);
    expect(watched.strangers).to.deep.equal([]);
  });

  /** Clicks an act, gives name and reason, and waits until it was taken. */
  async function act(label: string): Promise<void> {
    await watched.page.click(`.acts button:has-text("${label}")`);
    await watched.page.fill('dialog [name=reason]', `because I clicked ${label}`);
    await confirm();
  }

  async function confirm(): Promise<void> {
    const { page } = watched;
    await page.fill('dialog [name=by]', BY);
    await page.click('dialog [type=submit]');
    await page.waitForSelector('dialog', { state: 'hidden' });
  }

  function happened(event: string, version: string): Promise<void> {
    return until(
      watched.page,
      `[...document.querySelectorAll('.events li')].some((it) => /${event}/.test(it.innerText) && it.innerText.includes('${version}'))`,
    );
  }

  /** What the browser keeps after a click on this file. */
  async function kept(file: string): Promise<string> {
    const { page } = watched;
    const download = page.waitForEvent<Kept>('download');
    const [found] = await Promise.all([download, page.click(`[data-file="${file}"]`)]);
    expect(found.suggestedFilename()).to.equal(`shop-1.1.0-${file}`);
    return readFile(await found.path(), 'utf8');
  }
});
