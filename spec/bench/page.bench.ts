import { readdir, readFile, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { largeServiceText, manyEndpoints } from '../page/many-endpoints.ts';
import { Load } from '../soak/kit/load.ts';
import { measure } from '../soak/kit/quantiles.ts';
import {
  chromiumPath,
  startChromium,
  until,
  type Watched,
  watchedPage,
} from '../support/browser.ts';
import { DaemonWorld } from '../support/daemon-world.ts';
import { freePort } from '../support/ports.ts';
import { type Bar, printBars } from './proxy/report.ts';
import { median } from './proxy/rounds.ts';

/**
 * How soon the page is there, and what three open ones cost: users' p99 with and without them, turn by turn, then the heap of each
 * while it stays open: `npm run bench:page -- [--rate 500] [--pairs 6] [--seconds 15] [--minutes 10]`. The service has 500 endpoints and is under test.
 * The first view is of a host at rest. After it the browser gets what of the processors is left over, since people's browsers run
 * on hosts of their own: what it does to users is what its requests cost the daemon.
 */
const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '500' },
    pairs: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '15' },
    minutes: { type: 'string', default: '10' },
  },
});
const TOKEN = 'a-token-of-24-characters';
const VIEWS = ['now', 'traffic', 'logs'] as const;
/** What there is when a view has its data. */
const WHOLE = ['.verdict', '.chart canvas', '.logs td.line'] as const;
const HEAP_MAX_MIB = 60;
const FIRST_MAX_MS = 1000;
/** Each by a browser profile that knows nothing. */
const FIRST_VIEWS = 5;
const LOWEST_PRIORITY = 19;
/** What runs of the same differ by. */
const P99_RATIO_MAX = 1.15;
const P99_MORE_MAX_MS = 0.5;
const WARM_UP_MS = 15_000;
const SETTLE_MS = 3000;
const HEAP_EVERY_MS = 30_000;

const path = chromiumPath();
if (path === null) throw new Error('there is no Chromium on this host');
const port = await freePort();
const url = `http://127.0.0.1:${port}`;
const world = await DaemonWorld.create({
  readiness_path: '',
  admin_listen: `127.0.0.1:${port}`,
  admin_token: TOKEN,
  verdict_mode: 'manual',
  verdict_min_time: '10h',
});
let browser = await startChromium(path);
let load: Load | null = null;
try {
  await world.arrive('shop-2.0.0.mjs', largeServiceText('2.0.0', false));
  const daemon = world.start();
  await daemon.serving('shop-2.0.0');
  const firstMs = median(await inTurn(FIRST_VIEWS, firstView));
  await browser.close();
  browser = await startAside(path);
  await world.arrive('shop-2.1.0.mjs', largeServiceText('2.1.0', false));
  await daemon.testing('shop-2.1.0');
  load = await Load.start({
    port: world.port,
    ratePerSecond: Number(values.rate),
    shapes: manyEndpoints(),
    newConnectionEvery: 0,
    timeoutMs: 10_000,
    maxInFlight: 1000,
  });
  load.phase('warm-up');
  await sleep(WARM_UP_MS);
  const pages: readonly Watched[] = await Promise.all(
    VIEWS.map(() => watchedPage(browser, url, { token: TOKEN })),
  );
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    for (const isOpen of pair % 2 === 0 ? [true, false] : [false, true]) {
      load.phase('between');
      await Promise.all(
        pages.map(({ page }, at) => (isOpen ? open(page, at) : page.goto('about:blank'))),
      );
      await sleep(SETTLE_MS);
      load.phase(nameOf(pair, isOpen));
      await sleep(Number(values.seconds) * 1000);
    }
  }
  load.phase('heap');
  await Promise.all(pages.map(({ page }, at) => open(page, at)));
  const heaps = await heapsOf(pages, Number(values.minutes) * 60_000);
  const result = await load.finish();
  load = null;
  const p99 = (isOpen: boolean): number =>
    median(
      Array.from(
        { length: Number(values.pairs) },
        (_, pair) => measure(result, (phase) => phase === nameOf(pair, isOpen)).p99Ms,
      ),
    );
  const [alone, watched] = [p99(false), p99(true)];
  process.stdout.write(`load of the host ${loadavg().map(Math.round).join(' ')}\n`);
  for (const { phase, request, problem } of result.failures.slice(0, 5)) {
    process.stdout.write(`failed, ${phase}: ${request}: ${problem}\n`);
  }
  const bars: Bar[] = [
    {
      text: `ms at p99 of users with three pages open (${alone.toFixed(2)} without), median`,
      value: watched,
      most: Math.max(alone * P99_RATIO_MAX, alone + P99_MORE_MAX_MS),
    },
    {
      text: 'ms until a browser that never had the page shows it, median',
      value: firstMs,
      most: FIRST_MAX_MS,
    },
    { text: 'requests of users that failed', value: result.failures.length, most: 0 },
    ...VIEWS.map((view, at) => ({
      text: `MiB of heap of ${view} after ${values.minutes} minutes (${heaps[at]?.[0]?.toFixed(1)} at first)`,
      value: heaps[at]?.at(-1) ?? Number.NaN,
      most: HEAP_MAX_MIB,
    })),
  ];
  if (!printBars(bars)) process.exitCode = 1;
} finally {
  load?.kill();
  await browser.close();
  await world.end();
}

// Private

function nameOf(pair: number, isOpen: boolean): string {
  return `${pair} ${isOpen ? 'open' : 'alone'}`;
}

async function inTurn<T>(times: number, take: () => Promise<T>): Promise<readonly T[]> {
  const taken: T[] = [];
  while (taken.length < times) taken.push(await take());
  return taken;
}

/**
 * Chromium is a session of its own, and the kernel's autogroups give each session as much of the processors as any other, whatever
 * the priority of its processes: its group gets what is left over. Throws where the kernel has no autogroups.
 */
async function startAside(executable: string): ReturnType<typeof startChromium> {
  const started = await startChromium(executable);
  const own = String(process.pid);
  for (const name of await readdir('/proc')) {
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (parent === own && stat.includes('(chrom')) {
      await writeFile(`/proc/${name}/autogroup`, String(LOWEST_PRIORITY));
    }
  }
  return started;
}

/** From the click to the state of the service, ms. */
async function firstView(): Promise<number> {
  const fresh = await watchedPage(browser, url, { token: TOKEN });
  const fromMs = performance.now();
  await open(fresh.page, 0);
  const ms = performance.now() - fromMs;
  await fresh.close();
  return ms;
}

async function open(page: Watched['page'], at: number): Promise<void> {
  await page.goto(`${url}/#/${VIEWS[at]}`);
  await until(page, `document.querySelector('main ${WHOLE[at]}')`);
}

/** Of each page, MiB after its garbage is collected, again and again. */
async function heapsOf(pages: readonly Watched[], forMs: number): Promise<readonly number[][]> {
  const heaps: number[][] = pages.map(() => []);
  for (const endMs = Date.now() + forMs; Date.now() < endMs; ) {
    await sleep(HEAP_EVERY_MS);
    for (const [at, { heapBytes }] of pages.entries())
      heaps[at]?.push((await heapBytes()) / 2 ** 20);
    const line = heaps.map((each, at) => `${VIEWS[at]} ${each.at(-1)?.toFixed(1)}`).join(', ');
    process.stdout.write(`heap, MiB: ${line}\n`);
  }
  return heaps;
}
