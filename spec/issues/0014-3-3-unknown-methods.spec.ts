import { METHODS } from 'node:http';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { createMarker, MethodExchange, restore } from '../../lib/proxy/http/method-exchange.ts';
import { readMessage } from '../conformance/message.ts';
import {
  corrupted,
  corruptions,
  cuts,
  inChunks,
  pieces,
  sendInPieces,
} from '../support/http-arbitraries.ts';
import { type Parsed, requestsByNode } from '../support/in-memory-http.ts';
import { oddRequest } from '../support/odd-spellings.ts';
import { RawClient, Upstream, withProxy } from '../support/proxy-fixture.ts';
import { askHttp2, needsOpenssl, withHttp2, withTls } from '../support/tls-fixture.ts';

const MAX_HEAD_BYTES = 65_536;
const CASES = Number(process.env['VILI_FUZZ_CASES'] ?? 2000);
const THROUGH_CASES = 100;
const UNKNOWN = [
  'LIST',
  'BAN',
  'get',
  'LI',
  'LOCKS',
  'X',
  'M',
  'PURGEALL',
  "A!#$%&'*+-.^_`|~9",
  'DESCRIBE',
];
const LIST_IN_A_BODY = 'LIST /smuggled HTTP/1.1\r\nHost: a\r\n\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';

/** What running got of one request. */
interface Seen {
  readonly startLine: string;
  readonly names: readonly string[];
  readonly body: string;
}

/** A running that understands any method, and what it got; it responds with the method. */
async function anyMethod(): Promise<{ up: Upstream; seen: Seen[] }> {
  const seen: Seen[] = [];
  const readTo = new WeakMap<object, number>();
  const up = await Upstream.raw((socket, all) => {
    for (;;) {
      const message = readMessage(all, readTo.get(socket) ?? 0);
      if (message === null || !message.whole) return;
      readTo.set(socket, message.end);
      const { startLine, body } = message;
      seen.push({ startLine, names: message.headers.map(([name]) => name), body });
      const [method = ''] = startLine.split(' ');
      const text = method === 'HEAD' ? '' : method;
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${method.length}\r\n\r\n${text}`, 'latin1');
    }
  });
  return { up, seen };
}

/** The methods, targets and bodies that node's parser finds behind an exchange of methods. */
async function throughExchange(text: string, shares: readonly number[] = []): Promise<Parsed[]> {
  const marker = createMarker();
  const exchange = new MethodExchange(marker, MAX_HEAD_BYTES);
  const parts = pieces(text, shares).map((part) => exchange.read(Buffer.from(part, 'latin1')));
  const passed = [...parts, exchange.end()];
  const found = await requestsByNode(Buffer.concat(passed));
  return found.map((it) => {
    const [method = '', ...rest] = it.startLine.split(' ');
    const { rawHeaders, ...restored } = restore(method, it.rawHeaders, marker);
    expect(rawHeaders.join()).not.to.contain('X-Vili-Method');
    return { ...it, rawHeaders, startLine: [restored.method, ...rest].join(' ') };
  });
}

/** What node finds, without the end of a body that it stopped reading at a method it does not know. */
function asFarAs(alone: readonly Parsed[], exchanged: readonly Parsed[]): readonly Parsed[] {
  return exchanged.slice(0, alone.length).map((it, index) => {
    const { whole = true, body = '' } = alone[index] ?? {};
    return whole ? it : { ...it, whole, body: it.body.slice(0, body.length), rawTrailers: [] };
  });
}

const method = fc.oneof(
  fc.constantFrom(...METHODS.filter((it) => it !== 'CONNECT')),
  fc.constantFrom(...UNKNOWN),
);
const body = fc.constantFrom(
  '',
  'hello',
  LIST_IN_A_BODY,
  `x${LIST_IN_A_BODY}`,
  '\r\n',
  'LIST',
  `\r\n${LIST_IN_A_BODY}`,
);

/** A plain request with any method, and what running should see of it. */
const request = fc
  .record({
    method,
    body,
    framing: fc.constantFrom('length', 'chunked'),
    sizes: fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 3 }),
  })
  .map((it) => {
    const length = it.body === '' ? '' : `Content-Length: ${it.body.length}\r\n`;
    const isChunked = it.framing === 'chunked';
    const rest = isChunked ? `${inChunks(it.body, it.sizes)}\r\n` : it.body;
    const text = `${it.method} /x HTTP/1.1\r\nHost: a\r\n${isChunked ? CHUNKED : length}\r\n${rest}`;
    return { text, method: it.method, body: it.body };
  });

/** Sends these bytes; resolves once as many responses have come. */
async function ask(port: number, text: string, count: number): Promise<string> {
  const client = new RawClient(port).send(text);
  try {
    return await client.until(
      (all) => (all.match(/HTTP\/1\.1 /g) ?? []).length >= count && /[^\n]$/.test(all),
    );
  } finally {
    client.close();
  }
}

describe('a method that node does not know', () => {
  for (const name of UNKNOWN) {
    it(`reaches running: ${name}`, async () => {
      const { up, seen } = await anyMethod();
      await withProxy(up, async ({ port, sink }) => {
        const text = await ask(port, `${name} /x?y HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n`, 1);
        expect(text)
          .to.match(/^HTTP\/1\.1 200 OK\r\n/)
          .and.to.satisfy((it: string) => it.endsWith(name));
        expect(sink.exchanges).to.deep.equal([]);
      });
      expect(seen.map(({ startLine }) => startLine)).to.deep.equal([`${name} /x?y HTTP/1.1`]);
      expect(seen[0]?.names).to.deep.equal([
        'Host',
        'X',
        'X-Forwarded-For',
        'X-Forwarded-Proto',
        'X-Forwarded-Host',
        'X-Request-Id',
        'Connection',
      ]);
    });
  }

  for (const [name, text, expected] of [
    [
      'with a body of known length',
      'LIST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello',
      'hello',
    ],
    [
      'with a chunked body',
      `LIST /x HTTP/1.1\r\nHost: a\r\n${CHUNKED}\r\n5\r\nhello\r\n0\r\n\r\n`,
      'hello',
    ],
    [
      'with a large body',
      `LIST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n${'y'.repeat(300_000)}`,
      'y'.repeat(300_000),
    ],
    ['with a target in absolute form', 'LIST http://a/x HTTP/1.1\r\nHost: a\r\n\r\n', ''],
    ['of HTTP/1.0', 'LIST /x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n', ''],
    ['with several blanks and empty lines', '\r\n\nLIST  /x  HTTP/1.1\r\nHost: a\r\n\r\n', ''],
    [
      'that asks for another protocol in vain',
      'LIST /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: a\r\n\r\n',
      '',
    ],
  ] as const) {
    it(`reaches running ${name}, also after other requests and behind others`, async () => {
      const { up, seen } = await anyMethod();
      await withProxy(up, async ({ port }) => {
        const put = `PUT /y HTTP/1.1\r\nHost: a\r\n${CHUNKED}\r\n2\r\nhi\r\n0\r\n\r\n`;
        const all = text.includes('HTTP/1.0') ? text : `${text}BAN /z HTTP/1.1\r\nHost: a\r\n\r\n`;
        const count = all === text ? 1 : 2;
        await ask(port, all, count);
        await ask(port, `${put}${all}`, count + 1);
      });
      const lines = seen
        .map(({ startLine }) => startLine)
        .filter((line) => !line.startsWith('PUT'));
      const ban = text.includes('HTTP/1.0') ? [] : ['BAN /z HTTP/1.1'];
      const both = ['LIST /x HTTP/1.1', ...ban];
      expect(lines).to.deep.equal([...both, ...both]);
      expect(seen.filter(({ startLine }) => startLine.startsWith('LIST'))[0]?.body).to.equal(
        expected,
      );
    });
  }

  it('reaches running with an interim 100 for its body', async () => {
    const { up, seen } = await anyMethod();
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(
        'BAN / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n',
      );
      await client.until((all) => all.startsWith('HTTP/1.1 100'));
      client.send('hi');
      await client.until((all) => all.endsWith('BAN'));
      client.close();
    });
    expect(seen[0]).to.include({ startLine: 'BAN / HTTP/1.1', body: 'hi' });
  });

  it('begins a tunnel, in which nothing is changed', async () => {
    const up = await Upstream.raw((socket, all) => {
      if (all.endsWith('\r\n\r\n') && all.startsWith('JOIN')) {
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
        );
      } else if (all.endsWith('bye')) socket.end(all.slice(all.indexOf('\r\n\r\n') + 4), 'latin1');
    });
    await withProxy(up, async ({ port }) => {
      const client = new RawClient(port).send(
        'JOIN / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
      );
      await client.until((all) => all.includes(' 101 '));
      client.send(LIST_IN_A_BODY).send(`${LIST_IN_A_BODY}bye`);
      const got = await client.toEnd();
      expect(got.slice(got.indexOf('\r\n\r\n') + 4)).to.contain(
        `${LIST_IN_A_BODY}${LIST_IN_A_BODY}bye`,
      );
    });
  });

  it('reaches running over HTTP/2, with and without a body', async function () {
    needsOpenssl.call(this);
    const { up, seen } = await anyMethod();
    await withTls(up, async (fixture) => {
      await withHttp2(fixture, async (session) => {
        const plain = await askHttp2(session, { ':method': 'LIST', ':path': '/x' });
        const full = await askHttp2(
          session,
          { ':method': 'BAN', ':path': '/x' },
          Buffer.from('hi'),
        );
        expect([String(plain.body), String(full.body)]).to.deep.equal(['LIST', 'BAN']);
      });
      expect(fixture.sink.exchanges).to.deep.equal([]);
    });
    expect(seen.map(({ startLine, body: sent }) => [startLine, sent])).to.deep.equal([
      ['LIST /x HTTP/1.1', ''],
      ['BAN /x HTTP/1.1', 'hi'],
    ]);
  });

  it('is copied where the settings say so', async () => {
    const { up } = await anyMethod();
    await withProxy(
      up,
      async ({ port, sink }) => {
        await ask(port, 'LIST / HTTP/1.1\r\nHost: a\r\n\r\n', 1);
        await ask(port, 'BAN / HTTP/1.1\r\nHost: a\r\n\r\n', 1);
        expect(sink.exchanges.map((it) => it.method)).to.deep.equal(['LIST']);
      },
      { mirror: { methods: ['LIST'] } },
    );
  });

  for (const [name, text] of [
    ['a method that is no token', 'L(ST / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a method beyond ASCII', 'L\xe9ST / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['no method', ' / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['the method of that preface', 'PRI / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an unknown method with a raw UTF-8 target', 'LIST /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['an unknown method without a Host', 'LIST / HTTP/1.1\r\n\r\n'],
    [
      'an unknown method with two framings',
      `LIST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n${CHUNKED}\r\n0\r\n\r\n`,
    ],
  ] as const) {
    it(`is told from ${name}, which gets 400, and nothing behind it reaches running`, async () => {
      const { up, seen } = await anyMethod();
      await withProxy(up, async ({ port }) => {
        const got = await new RawClient(port)
          .send(`${text}LIST /after HTTP/1.1\r\nHost: a\r\n\r\n`)
          .toEnd();
        expect(got).to.match(/^HTTP\/1\.1 400 /);
        expect(got.match(/HTTP\/1\.1 /g)).to.have.length(1);
      });
      expect(seen).to.deep.equal([]);
    });
  }

  it('gets 431 with a head that is too large', async () => {
    const { up, seen } = await anyMethod();
    await withProxy(up, async ({ port }) => {
      const head = `LIST / HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`;
      expect(await new RawClient(port).send(head).toEnd()).to.match(/^HTTP\/1\.1 431 /);
    });
    expect(seen).to.deep.equal([]);
  });

  it('gets 408 where its head does not arrive', async () => {
    const { up } = await anyMethod();
    await withProxy(
      up,
      async ({ port }) => {
        for (const head of ['LI', 'LIST / HTTP/1.1\r\nHost: a\r\n']) {
          expect(await new RawClient(port).send(head).toEnd()).to.match(/^HTTP\/1\.1 408 /);
        }
      },
      { request: { headTimeoutMs: 200 } },
    );
  });
});

describe('any requests with any methods', () => {
  it('reach running one by one with their methods and bodies, in whatever pieces they come', async () => {
    const { up, seen } = await anyMethod();
    await withProxy(up, async ({ port }) => {
      const requests = fc.array(request, { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(requests, cuts, async (all, shares) => {
          seen.length = 0;
          const client = new RawClient(port);
          await sendInPieces(client, all.map(({ text }) => text).join(''), shares);
          await client.until((got) => (got.match(/HTTP\/1\.1 200/g) ?? []).length === all.length);
          client.close();
          expect(seen.map((it) => [it.startLine.split(' ')[0], it.body])).to.deep.equal(
            all.map((it) => [it.method, it.body]),
          );
        }),
        { numRuns: THROUGH_CASES },
      );
    });
  });

  it('are to node what they are without an exchange, up to the first method it does not know', async function () {
    this.timeout(60_000 + CASES * 10);
    const some = fc.oneof(
      request.map(({ text }) => text),
      oddRequest,
      fc
        .tuple(oddRequest, fc.constantFrom(...UNKNOWN))
        .map(([text, name]) => text.replace(/GET|POST|PUT|OPTIONS/, name)),
      fc.constant(LIST_IN_A_BODY),
    );
    const texts = fc.array(some, { minLength: 1, maxLength: 4 }).map((all) => all.join(''));
    const changes = fc.oneof(fc.constant([]), corruptions(1));
    let more = 0;
    await fc.assert(
      fc.asyncProperty(texts, changes, cuts, async (plain, made, shares) => {
        const text = corrupted(plain, made);
        const alone = await requestsByNode(Buffer.from(text, 'latin1'));
        const exchanged = await throughExchange(text, shares);
        expect(asFarAs(alone, exchanged), JSON.stringify(text)).to.deep.equal(alone);
        if (exchanged.length > alone.length) more++;
        expect(await throughExchange(text), JSON.stringify(text)).to.deep.equal(exchanged);
      }),
      { numRuns: CASES },
    );
    expect(more).to.be.greaterThan(CASES / 20);
  });
});
