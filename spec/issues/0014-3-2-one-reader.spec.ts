import { createServer, type Socket } from 'node:net';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { mirrorSettings } from '../../actors/app/settings/traffic.ts';
import { Requester } from '../../lib/mirror/request/requester.ts';
import { ByteBudget } from '../../lib/model/byte-budget.ts';
import type { Target } from '../../lib/model/exchange.ts';
import { UpstreamClient } from '../../lib/proxy/upstream/client.ts';
import { failureKindOf } from '../../lib/proxy/upstream/errors.ts';
import { DEFAULT_SETTINGS } from '../support/default-settings.ts';
import {
  body,
  chunkSizes,
  corrupted,
  corruptions,
  cuts,
  fields,
  inChunks,
  pieces,
} from '../support/http-arbitraries.ts';
import { withMirror, withTcpTest } from '../support/mirror-kit.ts';
import { oddResponse } from '../support/odd-spellings.ts';
import { Upstream } from '../support/proxy-fixture.ts';
import { reset } from '../support/reset.ts';

const CASES = Number(process.env['VILI_FUZZ_CASES'] ?? 400);
const MAX_HEAD_BYTES = 2000;
const LIMIT_MS = 5000;
const LARGE = 1_000_000;

/** What came of one response: its end, and what was read of it where it is complete. */
interface Outcome {
  readonly failure: string | null;
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: string;
}

/** What is sent for every request, cut into writes, and what becomes of the connection then. */
class Script {
  text = '';
  cuts: readonly number[] = [];
  ending: 'keep' | 'end' | 'reset' = 'end';

  readonly play = (socket: Socket, all: string): void => {
    if (!all.endsWith('\r\n\r\n')) return;
    const parts = pieces(this.text, this.cuts).filter((piece) => piece !== '');
    const { ending } = this;
    const next = (): void => {
      const part = parts.shift();
      if (part !== undefined) return void socket.write(part, 'latin1', () => setImmediate(next));
      if (ending === 'end') socket.end();
      // Once the other side has read everything.
      else if (ending === 'reset') setTimeout(() => reset(socket), 20);
    };
    next();
  };
}

/** As users get it. */
function asUser(target: Target, method: string, maxHeaderBytes: number): Promise<Outcome> {
  const limits = {
    connectTimeoutMs: LIMIT_MS,
    headTimeoutMs: LIMIT_MS,
    idleTimeoutMs: LIMIT_MS,
    maxConnections: 1,
    maxHeaderBytes,
  };
  const client = new UpstreamClient(target, limits);
  const got = { status: 0, headers: [] as readonly string[], body: '' };
  return new Promise<Outcome>((resolve) => {
    client.dispatch(
      {
        method,
        path: '/',
        lines: 'Host: a\r\n',
        namesHost: true,
        body: null,
        chunked: false,
        trailers: null,
        acceptsTrailers: false,
        upgrade: '',
      },
      {
        onConnect: () => {},
        onRequestSent: () => {},
        onResponseStarted: () => {},
        onInterim: () => {},
        onPending: () => {},
        onUpgrade: () => {},
        onHead: (status, _reason, head) => {
          Object.assign(got, { status, headers: head.fields.flat });
        },
        onData: (piece) => {
          got.body += piece.toString('latin1');
          return true;
        },
        onComplete: () => resolve({ failure: null, ...got }),
        onError: (error) =>
          resolve({ failure: failureKindOf(error), status: 0, headers: [], body: '' }),
      },
    );
  }).finally(() => client.destroy());
}

/** As the mirror gets it. */
function asCopy(target: Target, method: string, maxHeadBytes: number): Promise<Outcome> {
  const settings = { connectTimeoutMs: LIMIT_MS, maxIdleConnections: 1, maxHeadBytes };
  const requester = new Requester(target, settings, () => performance.now());
  const budget = new ByteBudget(LARGE);
  const limits = {
    timeoutMs: LIMIT_MS,
    keepBytes: LARGE,
    cutBytes: LARGE,
    expectedBytes: LARGE,
    budget,
  };
  return new Promise<Outcome>((resolve) => {
    requester.send({ method, path: '/', headers: ['Host', 'a'], body: null }, limits, (it) => {
      const text = it.failure === null ? (it.bytes?.toString('latin1') ?? '') : '';
      resolve({ failure: it.failure, status: it.status, headers: it.headers, body: text });
    });
  }).finally(() => requester.close());
}

async function withScript(use: (script: Script, target: Target) => Promise<void>): Promise<void> {
  const script = new Script();
  const up = await Upstream.raw(script.play);
  try {
    await use(script, up.target);
  } finally {
    await up.close();
  }
}

const linesOf = (all: readonly (readonly [string, string])[]): string =>
  all.map(([name, value]) => `${name}: ${value}\r\n`).join('');

/** Everyday responses, some of them with a head at the limit. */
const everyday = fc
  .record({
    status: fc.constantFrom(
      '200 OK',
      '204 No',
      '205 Reset',
      '304 Same',
      '404 Gone',
      '500 No',
      '101 Switching',
      '600 Odd',
      '999 X',
    ),
    version: fc.constantFrom('1.1', '1.1', '1.0'),
    headers: fields,
    special: fc.constantFrom(
      '',
      '',
      'Connection: close\r\n',
      'Keep-Alive: timeout=3\r\n',
      'Connection: x-a\r\nX-A: b\r\n',
      'Trailer: x\r\n',
      'Upgrade: x\r\n',
    ),
    fill: fc.oneof(
      fc.constant(0),
      fc.integer({ min: MAX_HEAD_BYTES - 300, max: MAX_HEAD_BYTES + 50 }),
    ),
    framing: fc.constantFrom('length', 'chunked', 'close', 'both', 'two', 'identity', 'gzip'),
    interim: fc.constantFrom(
      '',
      '',
      'HTTP/1.1 100 Continue\r\n\r\n',
      'HTTP/1.1 103 Hints\r\na: b\r\n\r\n',
    ),
    more: fc.constantFrom('', '', '', 'x', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    body,
    sizes: chunkSizes,
  })
  .map((it) => {
    const length = `Content-Length: ${it.body.length}\r\n`;
    const chunked = 'Transfer-Encoding: chunked\r\n';
    const framing = {
      length,
      chunked,
      close: '',
      both: length + chunked,
      two: length + length,
      identity: `Transfer-Encoding: identity\r\n${length}`,
      gzip: 'Transfer-Encoding: gzip, chunked\r\n',
    };
    const fill = it.fill === 0 ? '' : `Fill: ${'y'.repeat(it.fill)}\r\n`;
    const isChunked = ['chunked', 'both', 'gzip'].includes(it.framing);
    const content = isChunked ? `${inChunks(it.body, it.sizes)}\r\n` : it.body;
    const head = `HTTP/${it.version} ${it.status}\r\n${linesOf(it.headers)}${it.special}${fill}${framing[it.framing]}\r\n`;
    return `${it.interim}${head}${/^(?:204|304)/.test(it.status) ? '' : content}${it.more}`;
  });

describe("the readers of users' responses and of copies' responses", () => {
  for (const [name, text] of [
    ['204 with a length', 'HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n'],
    ['304 with a length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
    [
      'identity beside a length',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\nContent-Length: 2\r\n\r\nok',
    ],
    ['a tab behind its length', 'HTTP/1.1 200 OK\r\nContent-Length: 2\t\r\n\r\nok'],
    [
      'an odd chunk extension',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2; a b\r\nok\r\n0\r\n\r\n',
    ],
    ['a large head', `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(150_000)}\r\nContent-Length: 2\r\n\r\nok`],
    [
      'stray interim responses',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
    ],
    [
      'headers that Connection names',
      'HTTP/1.1 200 OK\r\nConnection: x-a, close\r\nX-A: 1\r\nX-B: 2\r\nContent-Length: 2\r\n\r\nok',
    ],
    ['a body that ends with the connection', 'HTTP/1.0 200 OK\r\n\r\nok'],
  ] as const) {
    it(`both read ${name}`, async () => {
      await withScript(async (script, target) => {
        script.text = text;
        const [user, copy] = [
          await asUser(target, 'GET', 200_000),
          await asCopy(target, 'GET', 200_000),
        ];
        expect(copy).to.deep.equal(user);
        expect(user.failure).to.equal(null);
      });
    });
  }

  for (const [name, text] of [
    [
      'a head over the limit',
      `HTTP/1.1 200 OK\r\nX: ${'y'.repeat(2100)}\r\nContent-Length: 2\r\n\r\nok`,
    ],
    [
      'two framings',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n',
    ],
    ['another coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok'],
    ['a status over 599', 'HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok'],
    ['a bare CR before it', '\rHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\nContent-Length: 2\r\n\r\nok'],
    [
      'an unrequested 101',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    ],
    ['the beginning of another protocol', 'SSH-'],
  ] as const) {
    it(`both find ${name} malformed`, async () => {
      await withScript(async (script, target) => {
        script.text = text;
        const [user, copy] = [
          await asUser(target, 'GET', MAX_HEAD_BYTES),
          await asCopy(target, 'GET', MAX_HEAD_BYTES),
        ];
        expect([user.failure, copy.failure]).to.deep.equal(['malformed', 'malformed']);
      });
    });
  }

  it('both find a reset in the middle of a body, whatever ends it', async () => {
    for (const framing of ['', 'Content-Length: 9\r\n', 'Transfer-Encoding: chunked\r\n']) {
      await withScript(async (script, target) => {
        script.text = `HTTP/1.1 200 OK\r\n${framing}\r\n5\r\nhel`;
        script.ending = 'reset';
        const [user, copy] = [
          await asUser(target, 'GET', MAX_HEAD_BYTES),
          await asCopy(target, 'GET', MAX_HEAD_BYTES),
        ];
        expect([user.failure, copy.failure]).to.deep.equal(['reset', 'reset']);
      });
    }
  });

  it('have the same outcome and the same limits for the same bytes, whatever these are', async function () {
    this.timeout(60_000 + CASES * 20);
    const counts = { complete: 0, failed: 0 };
    const response = fc.oneof(
      everyday,
      oddResponse.map(({ odd }) => odd),
    );
    const changes = fc.oneof(fc.constant([]), corruptions(1));
    const method = fc.constantFrom('GET', 'GET', 'GET', 'HEAD');
    await withScript(async (script, target) => {
      await fc.assert(
        fc.asyncProperty(response, changes, cuts, method, async (text, made, shares, asked) => {
          script.text = corrupted(text, made);
          script.cuts = shares;
          const user = await asUser(target, asked, MAX_HEAD_BYTES);
          const copy = await asCopy(target, asked, MAX_HEAD_BYTES);
          expect(copy, JSON.stringify(script.text.slice(0, 3000))).to.deep.equal(user);
          counts[user.failure === null ? 'complete' : 'failed']++;
        }),
        { numRuns: CASES },
      );
    });
    expect(Math.min(counts.complete, counts.failed)).to.be.greaterThan(CASES / 20);
  });

  it('get the same limit from the settings', () => {
    const header = { ...DEFAULT_SETTINGS.header, maxBytes: 300_000 };
    expect(mirrorSettings({ ...DEFAULT_SETTINGS, header }, '').maxHeadBytes).to.equal(300_000);
  });
});

describe('a response of testing that cannot be read', () => {
  const BAD = 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n';
  const GOOD =
    'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"ok":true}';

  it('is no evidence while running responds to a copy in the same way', async () => {
    await withTcpTest(
      (socket) => {
        socket.on('error', () => {});
        socket.on('data', () => socket.write(BAD));
      },
      { compare: { ...mirrorSettings(DEFAULT_SETTINGS, '').compare, controlShare: 0.01 } },
      async ({ offer, settled, dropped, outcomes }) => {
        for (let count = 0; count < 5; count++) offer({ requestId: `r${count}` });
        await settled();
        expect(outcomes.filter(({ testing }) => testing.failure !== null)).to.deep.equal([]);
        expect(dropped).to.deep.equal({ unreadable: 5 });
      },
    );
  });

  it("is evidence where running's response to a copy can be read, or running may not be asked", async () => {
    const running = createServer((socket) => {
      socket.on('error', () => {});
      socket.on('data', () => socket.write(GOOD));
    });
    await new Promise<void>((resolve) => running.listen(0, '127.0.0.1', resolve));
    const up = await Upstream.raw((socket) => socket.write(BAD));
    const port = (running.address() as { port: number }).port;
    try {
      await withMirror({}, async ({ begin, offer, settled, dropped, outcomes }) => {
        begin(up.target, { instance: 'app-1.0.0/1_running', host: '127.0.0.1', port });
        offer();
        offer({ method: 'POST', requestId: 'two' });
        await settled();
        expect(outcomes.map(({ testing }) => testing.failure)).to.deep.equal([
          'malformed',
          'malformed',
        ]);
        expect(dropped).to.deep.equal({});
      });
    } finally {
      await up.close();
      await new Promise((resolve) => running.close(resolve));
    }
  });
});
