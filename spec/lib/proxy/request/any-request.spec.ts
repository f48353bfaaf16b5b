import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { pairsOf } from '../../../../lib/model/headers.ts';
import { readMessage } from '../../../conformance/message.ts';
import {
  body,
  chunkSizes,
  cuts,
  fields,
  HOP_BY_HOP,
  inChunks,
  sendInPieces,
  unitOf,
} from '../../../support/http-arbitraries.ts';
import {
  OK,
  type ProxyFixture,
  RawClient,
  Upstream,
  withProxy,
} from '../../../support/proxy-fixture.ts';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** Sizes of the chunks; null for a Content-Length. */
  readonly chunks: readonly number[] | null;
  /** Positions at which the bytes are cut into writes, as shares of the whole. */
  readonly cuts: readonly number[];
}

const sent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
  path: fc.string({ unit: unitOf('abc/.%;?=&"~+'), maxLength: 30 }).map((text) => `/${text}`),
  headers: fields,
  body,
  chunks: fc.option(chunkSizes),
  cuts,
});

function serialize(request: Sent): string {
  let text = `${request.method} ${request.path} HTTP/1.1\r\nHost: a\r\n`;
  for (const [name, content] of request.headers) text += `${name}: ${content}\r\n`;
  if (request.chunks !== null) {
    return `${text}Transfer-Encoding: chunked\r\n\r\n${inChunks(request.body, request.chunks)}\r\n`;
  }
  const length = request.body === '' ? '' : `Content-Length: ${request.body.length}\r\n`;
  return `${text}${length}\r\n${request.body}`;
}

/** A running that responds with what it received: method, path, headers and body, as one line. */
function reporter(): Promise<Upstream> {
  const listener: RequestListener = (request, response) => {
    requests++;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, rawHeaders } = request;
      const all = Buffer.concat(chunks).toString('latin1');
      const report = JSON.stringify({ method, url, rawHeaders, body: all });
      response.end(`<${Buffer.from(report).toString('base64')}>`);
    });
  };
  return Upstream.http(listener, 'app-1.0.0/1_running', { halfOpen: true });
}

function endToEnd(raw: readonly string[]): [string, string][] {
  return pairsOf(raw).filter(([name]) => !HOP_BY_HOP.test(name));
}

interface Got {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: string[];
  readonly body: string;
}

function reported(response: string): Got {
  expect(response).to.match(/^HTTP\/1\.1 200 /);
  const report = /<(.*)>$/.exec(response)?.[1] ?? '';
  return JSON.parse(Buffer.from(report, 'base64').toString()) as Got;
}

function expectSame(got: Got, request: Sent): void {
  expect(got.method).to.equal(request.method);
  expect(got.url).to.equal(request.path);
  expect(endToEnd(got.rawHeaders)).to.deep.equal(request.headers.map((pair) => [...pair]));
  expect(got.body === request.body, got.body.slice(0, 200)).to.equal(true);
}

/** The body that a strict reader of RFC 9112 section 7.1 finds in chunks; null when they are malformed. */
function strictBody(chunks: string): string | null {
  let read = '';
  let at = 0;
  for (;;) {
    const line = /^([0-9a-f]+)(?:;[^\r\n\0]*)?\r\n/i.exec(chunks.slice(at));
    if (line === null) return null;
    at += line[0].length;
    const size = Number.parseInt(line[1] ?? '', 16);
    if (size === 0) return chunks.startsWith('\r\n', at) ? read : null;
    if (!chunks.startsWith('\r\n', at + size)) return null;
    read += chunks.slice(at, at + size);
    at += size + 2;
  }
}

/** The head as read by splitting at CRLF and at the first colon only. */
function simpleReading(head: string): { line: string; headers: [string, string][] } {
  const [line = '', ...fields] = head.split('\r\n\r\n')[0]?.split('\r\n') ?? [];
  const raw = fields.flatMap((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, '')];
  });
  return { line, headers: endToEnd(raw) };
}

async function ask({ port }: ProxyFixture, text: string, cuts: readonly number[]): Promise<string> {
  const client = new RawClient(port);
  try {
    await sendInPieces(client, text, cuts);
    return await client.until((all) => all.endsWith('>') || / 400 [^]*\r\n\r\n./.test(all));
  } finally {
    client.close();
  }
}

/** How many requests running received. */
let requests = 0;

describe('any request', () => {
  it('reaches running exactly as sent', async () => {
    await withProxy(await reporter(), async (fixture) => {
      await fc.assert(
        fc.asyncProperty(sent, async (request) => {
          const response = await ask(fixture, serialize(request), request.cuts);
          expectSame(reported(response), request);
        }),
        { numRuns: 150 },
      );
    });
  });

  it('reaches running exactly as sent when it is one of several on a connection', async () => {
    const several = fc.record({ requests: fc.array(sent, { minLength: 2, maxLength: 5 }), cuts });
    await withProxy(await reporter(), async (fixture) => {
      await fc.assert(
        fc.asyncProperty(several, async ({ requests: all, cuts: shares }) => {
          const client = new RawClient(fixture.port);
          await sendInPieces(client, all.map(serialize).join(''), shares);
          let at = 0;
          for (const request of all) {
            await client.until((text) => readMessage(text, at)?.whole ?? false);
            const message = readMessage(client.text, at);
            expectSame(reported(client.text.slice(at, message?.end)), request);
            at = message?.end ?? 0;
          }
          expect(client.text.slice(at)).to.equal('');
          client.close();
        }),
        { numRuns: 60 },
      );
    });
  });

  it('reaches running as sent or gets 400 when its chunks are corrupted', async () => {
    const corrupted = fc.record({
      text: fc.string({ unit: unitOf('ab0\r\n'), maxLength: 40 }),
      sizes: fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 5 }),
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      byte: fc.constantFrom('', '\0', '\r', '\n', ' ', ';', '0', '1', 'f', 'x', '+', '-', '\r\n'),
      cuts,
    });
    await withProxy(await reporter(), async (fixture) => {
      await fc.assert(
        fc.asyncProperty(corrupted, async ({ text, sizes, at, byte, cuts: shares }) => {
          const whole = `${inChunks(text, sizes)}\r\n`;
          const index = Math.floor(at * whole.length);
          const chunks = whole.slice(0, index) + byte + whole.slice(index + 1);
          const before = requests;
          const client = new RawClient(fixture.port);
          const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
          await sendInPieces(client, head + chunks, shares);
          // The end of the connection completes chunks that are too short now.
          client.socket.end();
          const response = await client.toEnd();
          const expected = strictBody(chunks);
          if (response.startsWith('HTTP/1.1 200')) {
            const [first = ''] = response.split('>', 1);
            expect(reported(`${first}>`).body).to.equal(expected);
            return;
          }
          expect(response).to.match(/^HTTP\/1\.1 400 /);
          expect(requests).to.equal(before);
          expect(expected === text && chunks === whole).to.equal(false);
        }),
        { numRuns: 150 },
      );
    });
  });

  it('reaches running as sent or gets 400 when bytes of its head are corrupted', async () => {
    const corrupted = fc.record({
      request: sent,
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      byte: fc.constantFrom('\0', '\r', '\n', ' ', ':', '\x80', '+', 'x'),
    });
    await withProxy(await reporter(), async (fixture) => {
      await fc.assert(
        fc.asyncProperty(corrupted, async ({ request, at, byte }) => {
          // Only the head is corrupted: a body may contain any byte.
          const text = serialize({ ...request, body: '', chunks: null });
          const index = Math.floor(at * (text.length - 4));
          const bad = text.slice(0, index) + byte + text.slice(index + 1);
          const before = requests;
          const client = new RawClient(fixture.port).send(`${bad}\r\n\r\n`);
          const response = await client.until(
            (all) => all.endsWith('>') || client.ended || / [45]\d\d [^]*\r\n\r\n./.test(all),
          );
          client.close();
          if (!response.startsWith('HTTP/1.1 200')) {
            expect(Number(response.slice(9, 12))).to.be.oneOf([400, 405, 417, 505]);
            expect(requests).to.equal(before);
            return;
          }
          const { line, headers } = simpleReading(bad);
          const got = reported(response);
          expect(line).to.match(/ HTTP\/1\.[01]$/);
          expect(`${got.method} ${got.url}`).to.equal(line.slice(0, -9));
          expect(endToEnd(got.rawHeaders)).to.deep.equal(headers);
        }),
        { numRuns: 150 },
      );
    });
  });

  it('is counted exactly once, whatever happens to it', async () => {
    const fates = fc.array(
      fc.constantFrom('fine', 'leave', 'break', 'bad', 'post', 'health', 'slow', 'full', 'reroute'),
      { minLength: 5, maxLength: 40 },
    );
    await fc.assert(
      fc.asyncProperty(fates, async (list) => {
        const up = await Upstream.raw((socket, all) => {
          if (!all.endsWith('\r\n\r\n')) return;
          if (all.includes(' /break ')) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx');
          else if (!all.includes(' /leave ')) {
            setTimeout(() => socket.write(OK), all.includes(' /slow ') ? 15 : 0);
          }
        });
        await withProxy(up, async ({ proxy, port, sink }) => {
          const ends = list.map(async (fate) => {
            sink.isFull = fate === 'full';
            if (fate === 'reroute') {
              proxy.setRoute({ running: null, mirroring: true });
              setTimeout(() => proxy.setRoute({ running: up.target, mirroring: true }), 10);
            }
            const method = fate === 'post' ? 'POST' : 'GET';
            const end = fate === 'bad' ? 'Host: b\r\n' : 'Connection: close\r\n';
            const client = new RawClient(port);
            client.send(`${method} /${fate} HTTP/1.1\r\nHost: a\r\n${end}\r\n`);
            if (fate === 'leave') setTimeout(() => client.close(), 8);
            await client.toEnd();
          });
          await Promise.all(ends);
        });
        // withProxy checks that received = submitted + shed + skipped and that nothing is held or in flight.
      }),
      { numRuns: 15 },
    );
  });
});
