import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromiumPath, startChromium, until, watchedPage } from '../support/browser.ts';
import { DaemonWorld, freePort } from '../support/daemon-world.ts';

/*
 * `npm run screenshots`: all views of the dashboard, light and dark, wide and narrow, into docs/images. The service is that of the
 * demo, with one version promoted, one rejected and one under test.
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
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

const path = chromiumPath();
if (path === null) throw new Error('there is no Chromium on this host');
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const world = await DaemonWorld.create({
  admin_listen: `127.0.0.1:${port}`,
  admin_token: TOKEN,
  verdict_speed: 'report',
});
const browser = await startChromium(path);
try {
  const daemon = await world.startServing();
  world.users(60);
  await world.drop('1.0.1');
  await daemon.recorded('promoted', 'shop-1.0.1');
  await world.drop('1.1.0', BAD);
  await daemon.recorded('rejected', 'shop-1.1.0');
  const { page } = await watchedPage(browser, url, { token: TOKEN });
  await world.drop('1.2.0');
  await daemon.testing('shop-1.2.0');
  await mkdir(FOLDER, { recursive: true });
  for (const [size, pixels] of Object.entries(SIZES)) {
    await page.setViewportSize(pixels);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      for (const [name, view] of Object.entries(VIEWS)) {
        await page.goto(`${url}/#/${view}`);
        await until(
          page,
          `document.querySelector('main .card') && !document.querySelector('main .loading')`,
        );
        if (name === 'now')
          await until(page, `/[1-9]\\d* pairs|May go live/.test(document.body.innerText)`);
        if (name === 'logs') {
          await until(
            page,
            `[2, 3].every((at) => document.querySelector('.logs td.line:nth-child(' + at + ')'))`,
          );
        }
        if (name === 'traffic')
          await until(page, `document.querySelectorAll('.chart canvas').length === 6`);
        await page.screenshot({ path: join(FOLDER, `${name}-${size}-${colorScheme}.png`) });
      }
    }
  }
} finally {
  await browser.close();
  await world.end();
}
