import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from './patience.ts';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const POLL_MS = 50;
const LIMIT_MS = 30_000 * PATIENCE;
/** A host that is too busy: an actor did not reply in time, and the page asks again. */
const BUSY = /status of 504/;

interface Request {
  url(): string;
}

interface Route {
  request(): Request;
  continue(): Promise<void>;
  fulfill(response: { status?: number; contentType?: string; body?: string }): Promise<void>;
}

/** What the specs use of a page of playwright-core, whose own types need those of a browser. */
export interface Page {
  goto(url: string): Promise<unknown>;
  reload(): Promise<unknown>;
  goBack(): Promise<unknown>;
  url(): string;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  waitForSelector(
    selector: string,
    options?: { state?: 'hidden' | 'visible' | 'attached' },
  ): Promise<unknown>;
  textContent(selector: string): Promise<string | null>;
  evaluate<T>(expression: string): Promise<T>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  emulateMedia(options: {
    colorScheme?: 'light' | 'dark';
    reducedMotion?: 'reduce';
  }): Promise<void>;
  addInitScript(script: { content: string }): Promise<unknown>;
  route(url: RegExp, take: (route: Route) => Promise<void>): Promise<unknown>;
  unroute(url: RegExp): Promise<void>;
  readonly keyboard: { press(key: string): Promise<void> };
  on(event: string, listener: (it: never) => void): void;
  waitForEvent<T>(event: string): Promise<T>;
  close(): Promise<void>;
}

interface Context {
  newPage(): Promise<Page>;
  newCDPSession(page: Page): Promise<{ send(method: string): Promise<unknown> }>;
  setDefaultTimeout(ms: number): void;
  close(): Promise<void>;
}

interface Browser {
  newContext(options: object): Promise<Context>;
  close(): Promise<void>;
}

/** A page, and what went wrong in it or was asked of elsewhere. */
export interface Watched {
  readonly page: Page;
  /** Errors and warnings of the console, and whatever was thrown. */
  readonly complaints: readonly string[];
  /** Addresses of other origins that were asked. */
  readonly strangers: readonly string[];
  /** What its scripts hold, once garbage is collected. */
  heapBytes: () => Promise<number>;
  close(): Promise<void>;
}

/** Waits until an expression is true in the page; asked as a debugger does, which the policy of the page does not concern. */
export async function until(page: Page, expression: string): Promise<void> {
  const deadlineMs = Date.now() + LIMIT_MS;
  for (;;) {
    // It can fail while there is nothing yet, or while another page is being loaded.
    const found = await page.evaluate<boolean>(`Boolean(${expression})`).catch(String);
    if (found === true) return;
    if (Date.now() > deadlineMs) {
      const text = await page.evaluate<string>('document.body.innerText').catch(String);
      throw new Error(`never true, ${found}: ${expression}\n${text}`);
    }
    await sleep(POLL_MS);
  }
}

/** Where a Chromium is; null: specs that need one skip themselves. */
export function chromiumPath(): string | null {
  return PATHS.find((path) => existsSync(path)) ?? null;
}

/** Starts it; the caller closes it. */
export async function startChromium(path: string): Promise<Browser> {
  const { chromium } = createRequire(import.meta.url)('playwright-core') as {
    chromium: { launch(options: object): Promise<Browser> };
  };
  return chromium.launch({ executablePath: path, args: FLAGS });
}

/** Opens a page of a browser profile of its own. `expected` is a complaint that belongs to what is tried. */
export async function watchedPage(
  browser: Browser,
  origin: string,
  { expected = /^$/, token = '' }: { expected?: RegExp; token?: string } = {},
): Promise<Watched> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(LIMIT_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  const strangers: string[] = [];
  const complain = (text: string): void => {
    if (!expected.test(text) && !BUSY.test(text)) complaints.push(text);
  };
  page.on('console', (message: { type(): string; text(): string }) => {
    if (message.type() === 'error' || message.type() === 'warning') complain(message.text());
  });
  page.on('pageerror', (error: Error) => complain(error.message));
  page.on('request', (request: Request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}`)) strangers.push(url);
  });
  if (token !== '') {
    const content = `sessionStorage.setItem('vili.token', ${JSON.stringify(token)})`;
    await page.addInitScript({ content });
  }
  const heapBytes = async (): Promise<number> => {
    const session = await context.newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    return ((await session.send('Runtime.getHeapUsage')) as { usedSize: number }).usedSize;
  };
  return { page, complaints, strangers, heapBytes, close: () => context.close() };
}
