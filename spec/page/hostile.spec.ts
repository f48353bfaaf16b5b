import { expect } from 'chai';
import { chromiumPath, startChromium, until, watchedPage } from '../support/browser.ts';
import { DaemonWorld } from '../support/daemon-world.ts';
import { freePort } from '../support/ports.ts';

const TOKEN = 'a-token-of-24-characters';

/** What services, users and files can say, each with something in it that is shown where it is harmless. */
const HOSTILE: readonly string[] = [
  'one <script>window.hurt=1</script>',
  'two <img src=x onerror="window.hurt=1">',
  'three </script><script>window.hurt=1</script>',
  'four <svg onload="window.hurt=1"><a href="javascript:window.hurt=1">x</a></svg>',
  'five \u001b[31mred\u001b[0m \u001b]8;;javascript:window.hurt=1\u0007link\u001b]8;;\u0007 \u001b[38;2;1;2;3mrgb',
  'six \u202egpj.exe\u2066 \u200f',
  `seven ${'x'.repeat(100_000)}`,
  'eight "><iframe src="http://evil.example/"></iframe>',
  "nine ' onmouseover='window.hurt=1' {{constructor.constructor('window.hurt=1')()}} ${window.hurt=1}",
  'ten <style>*{display:none}</style><base href="http://evil.example/"> &lt;b&gt;',
];

describe('Whatever is said to the dashboard', function () {
  this.timeout(120_000);

  it('is shown as text that does nothing, in every view', async function () {
    const path = chromiumPath();
    if (path === null) return this.skip();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const world = await DaemonWorld.create({
      admin_listen: `127.0.0.1:${port}`,
      admin_token: TOKEN,
    });
    const browser = await startChromium(path);
    try {
      await world.startServing();
      const { page, complaints, strangers } = await watchedPage(browser, url, { token: TOKEN });
      // Every text of every response, keys too, is one of these in turn; what the page goes by stays.
      await page.route(/\/v1\/(?!events)/, async (route) => {
        const asked = route.request().url();
        if (asked.includes('/v1/logs')) {
          return route.fulfill({ status: 200, contentType: 'text/event-stream', body: LINES });
        }
        const response = await fetch(asked, { headers: { authorization: `Bearer ${TOKEN}` } });
        const value = asked.includes('/v1/trace') ? TRACE : await response.json();
        const body = JSON.stringify(
          asked.includes('/v1/history')
            ? ENTRIES
            : asked.includes('/v1/versions')
              ? VERSIONS
              : poisoned(value),
        );
        await route.fulfill({ status: 200, contentType: 'application/json', body });
      });
      for (const view of [
        'now',
        'why',
        'differences',
        'traffic',
        'versions',
        `versions/${encodeURIComponent(HOSTILE[0] ?? '')}`,
        'logs',
        'inside',
        'inside?id=x',
      ]) {
        await page.goto(`${url}/#/${view}`);
        await page.reload();
        await until(
          page,
          `document.querySelector('main .card') && !document.querySelector('main .loading')`,
        );
        if (view === 'logs')
          await until(page, `document.querySelectorAll('.logs tbody tr').length > 9`);
        expect(await page.evaluate('window.hurt'), view).to.equal(undefined);
        const elements =
          'main :is(script, iframe, style, base, img, object), main svg a, [onload], [onerror], [onmouseover]';
        expect(
          await page.evaluate(`document.querySelectorAll(${JSON.stringify(elements)}).length`),
          view,
        ).to.equal(0);
        const links = `[...document.querySelectorAll('a')].filter((it) => !it.getAttribute('href').startsWith('#')).length`;
        expect(await page.evaluate(links), view).to.equal(0);
        expect(
          await page.evaluate(`/[\\u202a-\\u202e\\u2066-\\u2069]/.test(document.body.innerText)`),
        ).to.equal(false);
        const tooWide =
          'document.documentElement.scrollWidth - document.documentElement.clientWidth';
        expect(await page.evaluate<number>(tooWide), view).to.be.at.most(0);
      }
      await page.goto(`${url}/#/versions`);
      await until(
        page,
        `document.querySelectorAll('table.versions tbody tr').length === ${HOSTILE.length}`,
      );
      expect(await page.textContent('main')).to.contain('<script>window.hurt=1</script>');
      expect(complaints).to.deep.equal([]);
      expect(strangers).to.deep.equal([]);
    } finally {
      await browser.close();
      await world.end();
    }
  });
});

const AT = '2026-01-01T00:00:00.000Z';
const ENTRIES = HOSTILE.map((text) => ({
  at: AT,
  event: 'rejected',
  version: text,
  by: text,
  reasons: [text],
}));
const VERSIONS = {
  schema: 'vili.versions/1',
  versions: ENTRIES.map((entry) => ({
    ...entry,
    state: 'rejected',
    arrivedAt: AT,
    hasReport: true,
    where: 'archive',
    events: [entry],
  })),
};
const LINES = HOSTILE.map((text) => {
  const line = {
    at: AT,
    level: text,
    file: text,
    text,
    message: null,
    stack: text,
    requestId: text,
  };
  return `data: ${JSON.stringify({ line })}\n\n`;
}).join('');
const TRACE = HOSTILE.map((text, id) => ({
  id,
  atMs: 0,
  from: text,
  to: HOSTILE[(id + 1) % HOSTILE.length],
  type: text,
  correlation: text,
  waitMs: 0,
  handledMs: 0,
  outcome: 'ok',
}));

/** The same value with hostile names, paths, problems and words; states, times and numbers stay. */
function poisoned(value: unknown, key = '', count = { texts: 0 }): unknown {
  if (Array.isArray(value)) return value.map((one) => poisoned(one, key, count));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [name, poisoned(one, name, count)]),
    );
  }
  const isShown =
    /^(?:version|base|identifier|instance|problem|path|type|text|name|running|testing|by)$/.test(
      key,
    );
  return typeof value === 'string' && isShown ? HOSTILE[count.texts++ % HOSTILE.length] : value;
}
