import { type ClientHttp2Session, connect, constants, type Settings } from 'node:http2';
import { expect } from 'chai';
import { hasProgram } from '../support/certificates.ts';
import { call } from './call.ts';
import { type Field, without } from './message.ts';
import type { Outcome, Told } from './outcome.ts';
import { RawHttp2, SMUGGLED } from './raw-http2.ts';
import { slugOf } from './scripted-servlet.ts';
import { recall, seenOf, untilAsked, untilLeft } from './seen.ts';
import { openServedWorld, type ServedWorld } from './served-world.ts';
import type { Trap } from './trap.ts';
import { TRAPS } from './traps/index.ts';

const SCRIPTED = { module: './scripted-servlet.js', open: 'openScriptedServlet' };
/** Belongs to HTTP/1, or cannot be asked for in HTTP/2. */
const ELSEWHERE = /HTTP\/1\.0|upgrade|stops/i;

/** Traps of answers: what is asked for is simple. */
const ANSWERS = TRAPS.filter(
  ({ name, play, request, refused, warm, leaves }) =>
    play !== undefined &&
    refused === undefined &&
    !warm &&
    !leaves &&
    typeof request === 'string' &&
    !ELSEWHERE.test(`${name} ${request}`),
);

/** How the names begin of cases in which only the odd field itself is refused. */
const LEFT_OUT = 'left out: ';

interface Got {
  readonly status: number | null;
  readonly headers: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
  readonly interim: readonly (readonly string[])[];
  readonly broken: boolean;
}

describe('a call through Vili over HTTP/2', function () {
  this.timeout(30_000);
  let place: ServedWorld;
  let session: ClientHttp2Session;

  before(async function () {
    if (!hasProgram('openssl')) {
      process.stdout.write('      (no openssl to make certificates with)\n');
      return this.skip();
    }
    place = await openServedWorld(SCRIPTED, true);
    session = connect(place.origin, { ca: place.certificate });
    session.on('error', () => {});
  });

  after(async () => {
    session?.destroy();
    await place?.world.end();
  });

  for (const trap of ANSWERS) {
    it(`gets what a direct one gets, in the form of HTTP/2: ${trap.name}`, async () => {
      const { direct } = place;
      const plain = await call({ port: direct, secure: false }, trap, () => Promise.resolve());
      const method = String(trap.request).split(' ', 1)[0] ?? '';
      const got = await ask(session, { ':method': method, 'x-trap': slugOf(trap), te: 'trailers' });
      if (trap.differs?.page !== undefined) {
        expect(got).to.include({ status: trap.differs.page, broken: false });
        return;
      }
      expect(got).to.deep.equal(expectedOf(trap.differs?.outcome?.(plain) ?? plain));
    });
  }

  it('sends headers of every kind, bodies and trailers', async () => {
    const trap = { name: 'everything over HTTP/2' };
    const stream = session.request(
      {
        ':method': 'POST',
        ':path': '/a/../b?x=%zz',
        'x-trap': slugOf(trap),
        'x-odd': '\xe9',
        'x-two': ['a', 'b'],
        cookie: ['a=1', 'b=2'],
        trailer: 'x-sum, host',
      },
      { waitForTrailers: true },
    );
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '7', 'x-other': '8' }));
    stream.end('hello');
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    const { requests } = await recall(place.direct, trap as Trap);
    const [seen] = requests.map(seenOf);
    expect(seen).to.deep.include({
      line: 'POST /a/../b?x=%zz HTTP/1.1',
      host: `localhost:${place.port}`,
      framing: 'chunked',
      body: 'hello',
      trailers: [['x-sum', '7']],
    });
    expect(seen?.headers.filter(([name]) => name !== 'host').toSorted()).to.deep.equal([
      ['cookie', 'a=1; b=2'],
      ['x-odd', '\xe9'],
      ['x-two', 'a'],
      ['x-two', 'b'],
    ]);
    expect(seen?.forwarded).to.include({ for: '127.0.0.1', proto: 'https' });
  });

  it('ends the request to running when the client leaves', async () => {
    const trap = TRAPS.find(({ leaves }) => leaves);
    if (trap === undefined) throw new Error('no trap with a client that leaves');
    const { requests, left } = await recall(place.direct, trap);
    const stream = session.request({ 'x-trap': slugOf(trap) });
    stream.on('error', () => {});
    await untilAsked(place.direct, trap, requests.length + 1);
    stream.close(constants.NGHTTP2_CANCEL);
    await untilLeft(place.direct, trap, left + 1);
  });

  it('offers neither WebSockets (RFC 8441) nor push, and CONNECT is refused', async () => {
    const settings = await new Promise<Settings>((resolve) => {
      if (session.pendingSettingsAck || session.remoteSettings.maxConcurrentStreams === undefined)
        session.once('remoteSettings', resolve);
      else resolve(session.remoteSettings);
    });
    expect(settings.enableConnectProtocol).to.equal(false);
    expect(settings.maxConcurrentStreams).to.equal(250);
    const stream = session.request({ ':method': 'CONNECT', ':authority': 'other.example:443' });
    const status = await new Promise((resolve) =>
      stream.once('response', (headers) => resolve(headers[':status'])),
    );
    expect(status).to.equal(405);
    stream.close();
  });

  for (const [name, fields, data] of SMUGGLED) {
    it(`never lets running read another request: ${name}`, async () => {
      const trap = { name: `smuggled ${name}` };
      const raw = await RawHttp2.open(place.port);
      const outcome = await raw.ask([...fields, ['x-trap', slugOf(trap)]], data).finally(() => {
        raw.close();
      });
      const { requests } = await recall(place.direct, trap as Trap);
      if (name.startsWith(LEFT_OUT) && outcome === '200') {
        // nghttp2 leaves such a field out, and the rest of the request is sound.
        expect(
          requests.map(seenOf).map(({ line, headers }) => [line, without(headers, 'host')]),
        ).to.deep.equal([['GET / HTTP/1.1', []]]);
        return;
      }
      expect(outcome).to.be.oneOf(['400', 'reset', 'goaway']);
      // One that says it has no body may be on its way before the body shows that it lied.
      const lied = fields.some(([key, value]) => key === 'content-length' && value === '0');
      expect(requests.length).to.be.at.most(lied ? 1 : 0);
      for (const request of requests) expect(request).to.include({ whole: true, body: '' });
    });
  }

  it('is asked by the raw client of these cases what it should be asked', async () => {
    const raw = await RawHttp2.open(place.port);
    const fine: Field[] = [
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/'],
      [':authority', 'a'],
    ];
    expect(await raw.ask(fine, null)).to.equal('200');
    raw.close();
  });
});

// Private

function ask(session: ClientHttp2Session, headers: Record<string, string>): Promise<Got> {
  return new Promise((resolve) => {
    const stream = session.request(headers, { endStream: true });
    const interim: string[][] = [];
    let head: string[] = [];
    let status: number | null = null;
    let trailers: string[] = [];
    let body = '';
    stream.on('headers', (_fields, ...[, raw]: unknown[]) => interim.push(linesOf(raw)));
    stream.on('response', (fields, ...[, raw]: unknown[]) => {
      status = fields[':status'] ?? null;
      head = linesOf(raw);
    });
    stream.on('trailers', (_fields, ...[, raw]: unknown[]) => {
      trailers = linesOf(raw);
    });
    stream.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
    stream.on('error', () => {});
    stream.on('close', () => {
      const broken = stream.rstCode !== constants.NGHTTP2_NO_ERROR;
      resolve({ status, headers: head, body, trailers, interim, broken });
    });
  });
}

/** A flat list of headers without pseudo-headers, in one order for all. */
function linesOf(flat: unknown): string[] {
  const raw = flat as readonly string[];
  return raw
    .flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${raw[index + 1]}`] : []))
    .filter((line) => !line.startsWith(':'))
    .sort();
}

/** What the outcome of HTTP/1.1 looks like in HTTP/2. */
function expectedOf({ answers, interim }: Outcome): Got {
  const [answer] = answers;
  return {
    status: Number(answer?.status.split(' ')[1]),
    headers: loweredOf(answer?.headers ?? []),
    body: answer?.body ?? '',
    trailers: loweredOf(answer?.trailers ?? []),
    interim: interim.map(({ headers }: Told) => loweredOf(headers)),
    broken: !(answer?.whole ?? false),
  };
}

function loweredOf(fields: readonly Field[]): string[] {
  return fields.map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort();
}
