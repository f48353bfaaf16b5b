import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumPath, type Page, startChromium, until, watchedPage } from '../support/browser.ts';
import { hasProgram } from '../support/certificates.ts';
import { crowd } from '../support/crowd.ts';
import { DaemonWorld, IDENTIFIER } from '../support/daemon-world.ts';
import { withEtcd } from '../support/etcd.ts';
import { withTempFolder } from '../support/temp-folder.ts';
import { Load } from '../soak/kit/load.ts';
import { largeServiceText, manyEndpoints } from './many-endpoints.ts';
import { freePort } from '../support/ports.ts';

/*
 * `npm run screenshots`: all views of the dashboard, light and dark, wide and narrow, into docs/images. One service is that of the
 * demo, with one version promoted, one rejected and one under test; the other one (`NAME-500`) has 500 endpoints.
 */
const FOLDER = fileURLToPath(new URL('../../../docs/images/', import.meta.url));
const TOKEN = 'a-token-of-24-characters';
const BAD = {
  errors: { endpoint: 'GET /orders/{id}', share: 0.2 },
  changedType: { endpoint: 'GET /items/{id}', field: 'price' },
  errorLogs: { share: 0.05, message: 'cannot write the audit record' },
};
const VIEWS = {
  now: 'now',
  why: 'why/shop-1.1.0',
  differences: 'differences/shop-1.1.0',
  traffic: 'traffic',
  versions: 'versions/shop-1.1.0',
  logs: 'logs',
  inside: 'inside?id=shop-1.1.0',
};
const VIEWS_OF_MANY = { 'now-500': 'now', 'why-500': 'why', 'differences-500': 'differences' };
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };
/** Until the evidence on all of them is worth a picture. */
const PAIRS_OF_MANY = 4000;

/** Hosts of the fleet beside the real one, and pairs of that one. */
const OTHERS = 11;
const PAIRS_OF_FLEET = 400;

/** `demo`, `many` or `fleet`: of one of them only. */
const [, , wanted = 'all'] = process.argv;
const path = chromiumPath();
if (path === null) throw new Error('there is no Chromium on this host');
const browser = await startChromium(path);
try {
  await mkdir(FOLDER, { recursive: true });
  if (wanted === 'all' || wanted === 'demo') await ofDemo();
  if (wanted === 'all' || wanted === 'many') await ofMany();
  if (wanted === 'all' || wanted === 'fleet') await ofFleet();
} finally {
  await browser.close();
}

// Private

async function ofDemo(): Promise<void> {
  await inWorld({}, async (world, url) => {
    const daemon = await world.startServing();
    world.users(60);
    await world.drop('1.0.1');
    await daemon.recorded('promoted', 'shop-1.0.1');
    await world.drop('1.1.0', BAD);
    await daemon.recorded('rejected', 'shop-1.1.0');
    await world.drop('1.2.0');
    await daemon.testing('shop-1.2.0');
    await pictures(url, VIEWS);
    const [, sample] = (await daemon.client.samples({ version: '1.1.0' })).samples;
    await pictures(url, { sample: `differences/shop-1.1.0?sample=${sample?.id}` });
  });
}

async function ofMany(): Promise<void> {
  // Nothing is decided while the pictures are taken.
  const settings = { readiness_path: '', verdict_mode: 'manual' };
  await inWorld(settings, async (world, url) => {
    await world.arrive('shop-2.0.0.mjs', largeServiceText('2.0.0', false));
    const daemon = world.start();
    await daemon.serving('shop-2.0.0');
    const load = await Load.start({
      port: world.port,
      ratePerSecond: 150,
      shapes: manyEndpoints(),
      newConnectionEvery: 0,
      timeoutMs: 10_000,
      maxInFlight: 500,
    });
    try {
      load.phase('all');
      await world.arrive('shop-2.1.0.mjs', largeServiceText('2.1.0', true));
      await daemon.testing('shop-2.1.0');
      const isEnough = (pairs: number | undefined): boolean => (pairs ?? 0) >= PAIRS_OF_MANY;
      await daemon.until('many pairs', ({ verdict }) => isEnough(verdict?.pairs), 60_000);
      await pictures(url, VIEWS_OF_MANY);
    } finally {
      load.kill();
    }
  });
}

/** One real host with a real etcd; the others are what they would write, with its evidence. */
async function ofFleet(): Promise<void> {
  if (!hasProgram('etcd')) throw new Error('there is no etcd on this host');
  await withTempFolder((folder) =>
    withEtcd(folder, 1, async ([etcd]) => {
      if (etcd === undefined) throw new Error('there is no etcd');
      const settings = {
        fleet_endpoints: etcd.endpoint,
        fleet_host: 'shop-01.example.org',
        verdict_mode: 'manual',
      };
      await inWorld(settings, async (world, url) => {
        const daemon = await world.startServing();
        world.users(40);
        await world.drop('1.1.0');
        await daemon.testing('shop-1.1.0');
        await daemon.until('some pairs', ({ verdict }) => (verdict?.pairs ?? 0) >= PAIRS_OF_FLEET);
        await crowd(etcd, IDENTIFIER, OTHERS);
        await pictures(url, { fleet: 'fleet' });
      });
    }),
  );
}

async function inWorld(
  settings: Readonly<Record<string, string>>,
  use: (world: DaemonWorld, url: string) => Promise<void>,
): Promise<void> {
  const port = await freePort();
  const world = await DaemonWorld.create({
    admin_listen: `127.0.0.1:${port}`,
    admin_token: TOKEN,
    verdict_speed: 'report',
    ...settings,
  });
  try {
    await use(world, `http://127.0.0.1:${port}`);
  } finally {
    await world.end();
  }
}

async function pictures(url: string, views: Readonly<Record<string, string>>): Promise<void> {
  const watched = await watchedPage(browser, url, { token: TOKEN });
  const { page } = watched;
  for (const [size, pixels] of Object.entries(SIZES)) {
    await page.setViewportSize(pixels);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [name, view] of Object.entries(views)) {
        await page.goto(`${url}/#/${view}`);
        await ready(page, name);
        // The hosts of a fleet are below the rest.
        const fullPage = name === 'fleet';
        const path = join(FOLDER, `${name}-${size}-${colorScheme}.png`);
        await page.screenshot({ path, fullPage });
      }
    }
  }
  await watched.close();
}

/** Whole, and with something to be seen. */
async function ready(page: Page, name: string): Promise<void> {
  await until(
    page,
    `document.querySelector('main .card') && !document.querySelector('main .loading')`,
  );
  // A busy host may have kept an actor from replying in time.
  await until(page, `!document.querySelector('.gone')`);
  if (name === 'fleet')
    await until(page, `document.querySelectorAll('.hosts tbody tr').length === ${OTHERS + 1}`);
  if (name.startsWith('why')) await page.waitForSelector('.signals');
  if (name.startsWith('differences')) await page.waitForSelector('.samples');
  if (name.startsWith('now')) await page.waitForSelector('[data-act=pause]:not([disabled])');
  if (name === 'now')
    await until(page, `/[1-9]\\d* pairs|May go live/.test(document.body.innerText)`);
  if (name === 'logs') {
    await until(
      page,
      `['running', 'testing'].every((of) => document.querySelector('.logs td[data-name=' + of + ']'))`,
    );
  }
  if (name === 'traffic')
    await until(page, `document.querySelectorAll('.chart canvas').length === 6`);
}
