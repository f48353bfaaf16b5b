import { expect } from 'chai';
import * as fc from 'fast-check';
import { type GateFixture, RawClient, Upstream, withGate } from '../../support/gate-fixture.ts';

const HOP_BY_HOP =
  /^(?:connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|expect|http2-settings|content-length|host|forwarded|x-forwarded-(?:for|proto|host)|x-request-id|x-vili-mirror)$/i;

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  /** Sizes of the chunks, or null for a Content-Length. */
  readonly chunks: readonly number[] | null;
  /** Where the bytes are cut into writes, as shares of the whole. */
  readonly cuts: readonly number[];
}

function unitOf(characters: string): fc.Arbitrary<string> {
  return fc.constantFrom(...characters.split(''));
}

const token = fc
  .string({ unit: unitOf('abcXYZ019-_.!~'), minLength: 1, maxLength: 20 })
  .filter((name) => !HOP_BY_HOP.test(name));
const value = fc
  .string({ unit: unitOf('abc 019,;="/\t\xe9\xff%'), maxLength: 60 })
  .map((text) => text.trim());
const sent: fc.Arbitrary<Sent> = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
  path: fc.string({ unit: unitOf('abc/.%;?=&"~+'), maxLength: 30 }).map((text) => `/${text}`),
  headers: fc.array(fc.tuple(token, value), { maxLength: 30 }),
  body: fc.string({ unit: unitOf('ab\r\n\x00\xff:0'), maxLength: 3000 }),
  chunks: fc.option(fc.array(fc.integer({ min: 1, max: 900 }), { maxLength: 12 })),
  cuts: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 }),
});

function serialize(request: Sent): string {
  let text = `${request.method} ${request.path} HTTP/1.1\r\nHost: a\r\n`;
  for (const [name, content] of request.headers) text += `${name}: ${content}\r\n`;
  if (request.chunks === null) {
    const length = request.body === '' ? '' : `Content-Length: ${request.body.length}\r\n`;
    return `${text}${length}\r\n${request.body}`;
  }
  text += 'Transfer-Encoding: chunked\r\n\r\n';
  let at = 0;
  for (const size of [...request.chunks, 65_536]) {
    const chunk = request.body.slice(at, at + size);
    at += size;
    if (chunk !== '') text += `${chunk.length.toString(16)}\r\n${chunk}\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

async function sendInPieces(
  client: RawClient,
  text: string,
  cuts: readonly number[],
): Promise<void> {
  const points = cuts.map((share) => Math.floor(share * text.length)).sort((a, b) => a - b);
  let from = 0;
  for (const to of [...points, text.length]) {
    if (to === from) continue;
    client.send(text.slice(from, to));
    from = to;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** What running says it got: method, path, headers, body, as one line. */
function listener(): Promise<Upstream> {
  return Upstream.http((request, response) => {
    requests++;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, rawHeaders } = request;
      const body = Buffer.concat(chunks).toString('latin1');
      const report = Buffer.from(JSON.stringify({ method, url, rawHeaders, body })).toString(
        'base64',
      );
      response.end(`<${report}>`);
    });
  });
}

function endToEnd(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    if (!HOP_BY_HOP.test(name)) pairs.push([name, raw[index + 1] ?? '']);
  }
  return pairs;
}

interface Got {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: string[];
  readonly body: string;
}

function reported(answer: string): Got {
  expect(answer).to.match(/^HTTP\/1\.1 200 /);
  const report = /<(.*)>$/.exec(answer)?.[1] ?? '';
  return JSON.parse(Buffer.from(report, 'base64').toString()) as Got;
}

/** What a head says to a reader who splits at CRLF and at the first colon, and knows no more. */
function plainReading(head: string): { line: string; headers: [string, string][] } {
  const [line = '', ...fields] = head.split('\r\n\r\n')[0]?.split('\r\n') ?? [];
  const raw = fields.flatMap((field) => {
    const colon = field.indexOf(':');
    return [field.slice(0, colon), field.slice(colon + 1).replaceAll(/^[ \t]+|[ \t]+$/g, '')];
  });
  return { line, headers: endToEnd(raw) };
}

async function ask({ port }: GateFixture, text: string, cuts: readonly number[]): Promise<string> {
  const client = new RawClient(port);
  try {
    await sendInPieces(client, text, cuts);
    return await client.until((all) => all.endsWith('>') || / 400 [^]*\r\n\r\n./.test(all));
  } finally {
    client.close();
  }
}

/** Requests that running got. */
let requests = 0;

describe('any request', () => {
  it('reaches running exactly as it was sent', async () => {
    await withGate(await listener(), async (fixture) => {
      await fc.assert(
        fc.asyncProperty(sent, async (request) => {
          const answer = await ask(fixture, serialize(request), request.cuts);
          const got = reported(answer);
          expect(got.method).to.equal(request.method);
          expect(got.url).to.equal(request.path);
          expect(endToEnd(got.rawHeaders)).to.deep.equal(request.headers.map((pair) => [...pair]));
          expect(got.body).to.equal(request.body);
        }),
        { numRuns: 150 },
      );
    });
  });

  it('reaches running as it was sent or gets a 400, when bytes of it are spoilt', async () => {
    const spoilt = fc.record({
      request: sent,
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      byte: fc.constantFrom('\0', '\r', '\n', ' ', ':', '\x80', '+', 'x'),
    });
    await withGate(await listener(), async (fixture) => {
      await fc.assert(
        fc.asyncProperty(spoilt, async ({ request, at, byte }) => {
          // Only the head is spoilt: any byte is allowed in a body.
          const text = serialize({ ...request, body: '', chunks: null });
          const index = Math.floor(at * (text.length - 4));
          const bad = text.slice(0, index) + byte + text.slice(index + 1);
          const before = requests;
          const client = new RawClient(fixture.port).send(`${bad}\r\n\r\n`);
          const answer = await client.until(
            (all) => all.endsWith('>') || client.ended || / [45]\d\d [^]*\r\n\r\n./.test(all),
          );
          client.close();
          if (!answer.startsWith('HTTP/1.1 200')) {
            expect(Number(answer.slice(9, 12))).to.be.oneOf([400, 405, 417, 505]);
            expect(requests).to.equal(before);
            return;
          }
          const { line, headers } = plainReading(bad);
          const got = reported(answer);
          expect(line).to.match(/ HTTP\/1\.[01]$/);
          expect(`${got.method} ${got.url}`).to.equal(line.slice(0, -9));
          expect(endToEnd(got.rawHeaders)).to.deep.equal(headers);
        }),
        { numRuns: 150 },
      );
    });
  });

  it('is accounted for exactly once, whatever happens to it', async () => {
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
            setTimeout(
              () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
              all.includes(' /slow ') ? 15 : 0,
            );
          }
        });
        await withGate(up, async ({ gate, port, sink }) => {
          const ends = list.map(async (fate) => {
            sink.isFull = fate === 'full';
            if (fate === 'reroute') {
              gate.setRoute({ running: null, mirroring: true });
              setTimeout(() => gate.setRoute({ running: up.target, mirroring: true }), 10);
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
        // withGate checks: received = submitted + shed + skipped, nothing held, nothing in flight.
      }),
      { numRuns: 15 },
    );
  });
});
