/*
 * The demo service: a small shop with an HTTP API, as a server file runs it. Self-contained, since
 * a release is one line of data and the compiled text of this file. The shop behaves as real
 * services do: fresh ids and times in every body, JSON log lines, a drain at SIGTERM. The faults of
 * a release are in its data.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ReleaseData } from './release.ts';

const ITEM_COUNT = 50;
const ORDER_COUNT = 200;
const USER_COUNT = 20;
const MAX_BODY_BYTES = 64 * 1024;
/** One WARN for this many requests, as in busy services. */
const REQUESTS_PER_WARNING = 97;
const DRAIN_LIMIT_MS = 10_000;
const LEAK_STEP_MS = 500;
const NAMES = ['anvil', 'bolt', 'clamp', 'drill', 'easel', 'file', 'gauge', 'hammer'];

interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

type Endpoint = (id: number, query: URLSearchParams, body: string) => Reply;

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'GET /': () => ok({ service: 'shop', links: ['/items', '/search', '/orders/1'] }),
  'GET /health': () => ok({ status: 'UP' }),
  'GET /items': () => ok({ items: numbers(10).map(item), total: ITEM_COUNT }),
  'GET /items/{id}': (id) => (id > 0 && id <= ITEM_COUNT ? ok(item(id)) : notFound('item', id)),
  'GET /orders/{id}': (id) => (id > 0 && id <= ORDER_COUNT ? ok(order(id)) : notFound('order', id)),
  'GET /users/{id}/orders': (id) =>
    id > 0 && id <= USER_COUNT
      ? ok({ user: id, orders: numbers(3).map((n) => order(id * 7 + n)) })
      : notFound('user', id),
  'GET /search': (_, query) => {
    const words = query.get('q') ?? '';
    const found = numbers(ITEM_COUNT)
      .map(item)
      .filter(({ name }) => name.includes(words));
    return ok({ query: words, found: found.slice(0, 10), total: found.length });
  },
  'POST /orders': (_, __, body) => placed(body),
};

const release = (globalThis as { viliDemoRelease?: ReleaseData }).viliDemoRelease;
if (release !== undefined) serve(release);

function serve({ identifier, version, faults: own = {} }: ReleaseData): void {
  let faults = own;
  const log = openLog(identifier, faults.levelKey);
  let requests = 0;
  const counts = new Map<string, number>();
  log('INFO', `${identifier} ${version} starts`);
  if (faults.exitAtStart !== undefined) {
    log(
      'ERROR',
      'cannot reach the database',
      `Error: refused\n    at connect (${identifier}.mjs:7:1)`,
    );
    process.exit(faults.exitAtStart);
  }
  const server = createServer((request, response) => void respond(request, response));
  let draining = false;
  const drain = (): void => {
    if (draining) return;
    draining = true;
    log('INFO', 'draining');
    server.close(() => process.exit(0));
    setTimeout(() => process.exit(0), DRAIN_LIMIT_MS).unref();
  };
  const ignore = (): void => log('WARN', 'a signal to stop is ignored');
  process.on('SIGTERM', faults.ignoreSigterm === true ? ignore : drain);
  if (faults.ignoreSighup === true) process.on('SIGHUP', ignore);
  setTimeout(() => {
    server.listen(Number(process.env['PORT']), '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      process.stdout.write(`${identifier} ${version} listens on port ${port}\n`);
      log('INFO', `listening on port ${port}`);
      beginLater();
    });
  }, faults.startupDelayMs ?? 0);

  /** What breaks only once users rely on it. */
  function beginLater(): void {
    leak(faults.leakMbPerMinute);
    const later = process.env['VILI_ROLE'] === 'running' ? faults.asRunning : undefined;
    if (later === undefined) return;
    setTimeout(() => {
      faults = { ...faults, ...later.faults };
      leak(later.faults.leakMbPerMinute);
    }, later.afterMs).unref();
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = process.hrtime.bigint();
    const [path = '/', query = ''] = (request.url ?? '/').split('?');
    const { name, id } = endpointOf(request.method ?? 'GET', path);
    const body = await read(request).catch(() => '');
    if (name !== 'GET /health') countRequest();
    if (faults.hang === 'all' || (faults.hang === 'users' && name !== 'GET /health')) return;
    if (faults.slow?.endpoint === name) await new Promise((r) => setTimeout(r, faults.slow?.ms));
    const reply = replyOf(name, id, new URLSearchParams(query), body);
    const requestId = request.headers['x-request-id'] ?? randomUUID();
    response.writeHead(reply.status, {
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': requestId,
      'x-shop-version': version,
      ...(draining ? { connection: 'close' } : {}),
    });
    response.end(JSON.stringify({ ...reply.body, requestId, servedAt: new Date().toISOString() }));
    if (name === 'GET /health') return;
    const ms = Number(process.hrtime.bigint() - started) / 1e6;
    const text = `${request.method} ${path} ${reply.status} in ${ms.toFixed(1)} ms`;
    log('INFO', text, undefined, String(requestId));
  }

  function countRequest(): void {
    requests += 1;
    if (requests === faults.crashAfterRequests) {
      log('ERROR', 'out of memory', `Error: no memory\n    at grow (${identifier}.mjs:9:1)`);
      process.exit(1);
    }
    if (requests % REQUESTS_PER_WARNING === 0) log('WARN', `cache miss rate is ${requests % 40}%`);
    const { errorLogs } = faults;
    if (errorLogs !== undefined && isFaulty('log', errorLogs.share)) {
      log('ERROR', errorLogs.message, `Error: broken\n    at audit (${identifier}.mjs:11:1)`);
    }
  }

  function replyOf(name: string, id: number, query: URLSearchParams, body: string): Reply {
    const endpoint = ENDPOINTS[name];
    if (endpoint === undefined || faults.missingRoute === name) return notFound('route', 0);
    if (faults.errors?.endpoint === name && isFaulty(name, faults.errors.share)) {
      return { status: 500, body: { error: 'internal error' } };
    }
    const reply = endpoint(id, query, body);
    if (reply.status >= 400) return reply;
    const changed = { ...reply.body };
    const { changedType, missingField } = faults;
    if (changedType?.endpoint === name)
      changed[changedType.field] = String(changed[changedType.field]);
    if (missingField?.endpoint === name) delete changed[missingField.field];
    return { status: reply.status, body: changed };
  }

  /** True for this share of the calls with this key, evenly spread and not by chance. */
  function isFaulty(key: string, share: number): boolean {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return Math.floor(count * share) > Math.floor((count - 1) * share);
  }
}

// Private

type Log = (level: string, message: string, stack?: string, requestId?: string) => void;

function openLog(identifier: string, levelKey = 'level'): Log {
  if (levelKey === '') return () => undefined;
  mkdirSync('logs/json', { recursive: true });
  const file = openSync(`logs/json/${identifier}.log`, 'a');
  return (level, message, stack, requestId) => {
    const entry = {
      '@timestamp': new Date().toISOString(),
      [levelKey]: level,
      logger_name: 'com.example.shop',
      thread_name: 'main',
      message,
      ...(stack === undefined ? {} : { stack_trace: stack }),
      ...(requestId === undefined ? {} : { request_id: requestId }),
    };
    // A full disk must not end the service.
    try {
      writeSync(file, `${JSON.stringify(entry)}\n`);
    } catch {}
  };
}

/** Grows evenly from now on; the pages are written, so that they count. */
function leak(mbPerMinute = 0): void {
  if (mbPerMinute === 0) return;
  const kept: Buffer[] = [];
  setInterval(() => {
    kept.push(Buffer.alloc(Math.round((mbPerMinute * 1024 * 1024 * LEAK_STEP_MS) / 60_000), 1));
  }, LEAK_STEP_MS).unref();
}

function endpointOf(method: string, path: string): { name: string; id: number } {
  const verb = method === 'HEAD' ? 'GET' : method;
  const id = Number(/\/(\d{1,9})(?=\/|$)/.exec(path)?.[1] ?? 0);
  return { name: `${verb} ${path.replace(/\/\d{1,9}(?=\/|$)/, '/{id}')}`, id };
}

function ok(body: Record<string, unknown>): Reply {
  return { status: 200, body };
}

function notFound(what: string, id: number): Reply {
  return { status: 404, body: { error: `no such ${what}`, id } };
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}

function item(id: number): { id: number; name: string; price: number; inStock: boolean } {
  const name = `${NAMES[id % NAMES.length]} ${id}`;
  return { id, name, price: ((id * 37) % 100) + 0.5, inStock: id % 5 !== 0 };
}

function order(id: number): Record<string, unknown> {
  const lines = numbers((id % 3) + 1).map((n) => ({ item: ((id * n) % ITEM_COUNT) + 1, count: n }));
  return { id, user: (id % USER_COUNT) + 1, lines, state: id % 4 === 0 ? 'open' : 'sent' };
}

function placed(body: string): Reply {
  try {
    const { item: wanted } = JSON.parse(body) as { item?: unknown };
    if (typeof wanted === 'number') {
      return { status: 201, body: { order: randomUUID(), item: wanted, state: 'open' } };
    }
  } catch {
    // Falls through to the response for a body that is not an order.
  }
  return { status: 400, body: { error: 'an order needs an item' } };
}

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) throw new Error('too large');
  }
  return text;
}
