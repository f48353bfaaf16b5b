import { type ClientHttp2Session, connect, constants, type Settings } from 'node:http2';
import { expect } from 'chai';
import { type FlatHeaders, pairsOf } from '../../lib/model/headers.ts';
import { hasProgram } from '../support/certificates.ts';
import { call } from './call.ts';
import { type Field, without } from './message.ts';
import type { Outcome, SeenResponse } from './outcome.ts';
import { RawHttp2, SMUGGLED } from './raw-http2.ts';
import { slugOf } from './scripted-servlet.ts';
import { recall, seenOf, untilArrived, untilLeft } from './seen.ts';
import { openServedWorld, type ServedWorld } from './served-world.ts';
import type { Trap } from './trap.ts';
import { TRAPS } from './traps/index.ts';

const SCRIPTED = { module: './scripted-servlet.js', open: 'openScriptedServlet' };
/** Belongs to HTTP/1, or cannot be requested in HTTP/2. */
const ELSEWHERE = /HTTP\/1\.0|upgrade|stops/i;

/** Traps whose request is simple and whose response is not. */
const RESPONSES = TRAPS.filter(
  ({ name, play, request, rejected, warm, leaves }) =>
    play !== undefined &&
    rejected === undefined &&
    !warm &&
    !leaves &&
    typeof request === 'string' &&
    !ELSEWHERE.test(`${name} ${request}`),
);

/** The prefix of cases in which only the malformed field itself is left out. */
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

  for (const trap of RESPONSES) {
    it(`gets what a direct call gets, in the form of HTTP/2: ${trap.name}`, async () => {
      const { direct } = place;
      const before = await call({ port: direct, secure: false }, trap, () => Promise.resolve());
      const method = String(trap.request).split(' ', 1)[0] ?? '';
      const got = await ask(session, { ':method': method, 'x-trap': slugOf(trap), te: 'trailers' });
      if (trap.differs?.page !== undefined) {
        expect(got).to.include({ status: trap.differs.page, broken: false });
        return;
      }
      expect(got).to.deep.equal(expectedOf(trap.differs?.outcome?.(before) ?? before));
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
    await untilArrived(place.direct, trap, requests.length + 1);
    stream.close(constants.NGHTTP2_CANCEL);
    await untilLeft(place.direct, trap, left + 1);
  });

  it('offers neither WebSockets (RFC 8441) nor push, and rejects CONNECT', async () => {
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
    it(`never makes running read another request: ${name}`, async () => {
      const trap = { name: `smuggled ${name}` };
      const raw = await RawHttp2.open(place.port);
      const outcome = await raw.ask([...fields, ['x-trap', slugOf(trap)]], data).finally(() => {
        raw.close();
      });
      const { requests } = await recall(place.direct, trap as Trap);
      if (name.startsWith(LEFT_OUT) && outcome === '200') {
        // nghttp2 drops such a field, and the rest of the request is sound.
        expect(
          requests.map(seenOf).map(({ line, headers }) => [line, without(headers, 'host')]),
        ).to.deep.equal([['GET / HTTP/1.1', []]]);
        return;
      }
      expect(outcome).to.be.oneOf(['400', 'reset', 'goaway']);
      // A request that claims to have no body may be forwarded before its body shows otherwise.
      const claimsNoBody = fields.some(([key, value]) => key === 'content-length' && value === '0');
      expect(requests.length).to.be.at.most(claimsNoBody ? 1 : 0);
      for (const request of requests) expect(request).to.include({ whole: true, body: '' });
    });
  }

  it('gets a sound request of the raw client of these cases', async () => {
    const raw = await RawHttp2.open(place.port);
    const sound: Field[] = [
      [':method', 'GET'],
      [':scheme', 'https'],
      [':path', '/'],
      [':authority', 'a'],
    ];
    expect(await raw.ask(sound, null)).to.equal('200');
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

/** Header lines without pseudo-headers, sorted. */
function linesOf(flat: unknown): string[] {
  return pairsOf(flat as FlatHeaders)
    .map(([name, value]) => `${name}: ${value}`)
    .filter((line) => !line.startsWith(':'))
    .sort();
}

/** An outcome of HTTP/1.1 in the form of HTTP/2. */
function expectedOf({ responses, interim }: Outcome): Got {
  const [response] = responses;
  return {
    status: Number(response?.status.split(' ')[1]),
    headers: loweredOf(response?.headers ?? []),
    body: response?.body ?? '',
    trailers: loweredOf(response?.trailers ?? []),
    interim: interim.map(({ headers }: SeenResponse) => loweredOf(headers)),
    broken: !(response?.whole ?? false),
  };
}

function loweredOf(fields: readonly Field[]): string[] {
  return fields.map(([name, value]) => `${name.toLowerCase()}: ${value}`).sort();
}
