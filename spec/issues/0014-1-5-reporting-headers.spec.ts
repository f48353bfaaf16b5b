import { expect } from 'chai';
import * as fc from 'fast-check';
import { pairsOf } from '../../lib/model/headers.ts';
import { REPORTING_HEADERS } from '../../lib/proxy/http/forwarded.ts';
import { readDocument } from '../house/imports.ts';
import { RawClient, Upstream, withProxy } from '../support/proxy-fixture.ts';
import {
  askHttp2,
  echoRequest,
  needsOpenssl,
  seenIn,
  withHttp2,
  withTls,
} from '../support/tls-fixture.ts';

const SECTION = /### Headers that only a trusted peer may send\n[^]*?\n\n(`Forwarded`[^]*?)\n\n/;
/** Stands for the rest of a name with `*`. */
const RESTS = [
  'Port',
  'Prefix',
  'Ssl',
  'Server',
  'User',
  'Client-Cert',
  'Tls-Client-Cert-Info',
  'x',
];
const FORGED = 'forged';
/** Vili adds these itself. */
const ADDED = /^x-forwarded-(?:for|proto|host)$/i;

/** The names that docs/proxying.md prints. */
async function documented(): Promise<string[]> {
  const [, list = ''] = SECTION.exec(await readDocument('docs/proxying.md')) ?? [];
  return [...list.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}

async function documentedNames(): Promise<string[]> {
  const names = await documented();
  return names.flatMap((name) =>
    name.endsWith('*') ? RESTS.map((rest) => name.replace('*', rest)) : [name],
  );
}

/** The headers that running got for each request with these lines, on one connection. */
async function seen(
  requests: readonly string[],
  trustedProxies: readonly string[] = [],
): Promise<[string, string][][]> {
  const got: [string, string][][] = [];
  const up = await Upstream.http((request, response) => {
    got.push(pairsOf(request.rawHeaders));
    request.resume().on('end', () => response.end('ok'));
  });
  await withProxy(
    up,
    async ({ port }) => {
      const client = new RawClient(port);
      for (const [index, request] of requests.entries()) {
        client.send(request);
        await client.until((text) => text.split('HTTP/1.1 200 OK').length === index + 2);
      }
      client.close();
    },
    { trustedProxies },
  );
  return got;
}

const withHeader = (name: string, more = ''): string =>
  `GET / HTTP/1.1\r\nHost: a\r\n${name}: ${FORGED}\r\n${more}\r\n`;
const forgedIn = (headers: readonly [string, string][] | undefined): string[] =>
  (headers ?? []).filter(([, value]) => value.includes(FORGED)).map(([name]) => name);

describe('the headers that only a trusted peer may send', () => {
  it('are those that docs/proxying.md lists, in the same order', async () => {
    expect(await documented()).to.deep.equal(REPORTING_HEADERS);
  });

  it('do not reach running from any other peer, in whatever case, with dashes or underscores', async () => {
    const names = (await documentedNames()).flatMap((name) => [
      name,
      name.toLowerCase(),
      name.toUpperCase(),
      name.replaceAll('-', '_'),
    ]);
    const got = await seen(names.map((name) => withHeader(name)));
    expect(got).to.have.length(names.length);
    expect(got.flatMap(forgedIn)).to.deep.equal([]);
  });

  it('do not reach running by the slower paths: in an upgrade, in chunks, and as trailers', async () => {
    const names = await documentedNames();
    const requests = names.flatMap((name) => [
      withHeader(name, 'Connection: upgrade\r\nUpgrade: h2c\r\n'),
      withHeader(name, 'Transfer-Encoding: chunked\r\n') + '0\r\n\r\n',
    ]);
    expect((await seen(requests)).flatMap(forgedIn)).to.deep.equal([]);
    let trailers: readonly string[] = [];
    const up = await Upstream.http((request, response) => {
      request.resume().on('end', () => {
        trailers = request.rawTrailers;
        response.end('ok');
      });
    });
    await withProxy(up, async ({ port }) => {
      const lines = names.map((name) => `${name}: ${FORGED}\r\n`).join('');
      const head = `POST / HTTP/1.1\r\nHost: a\r\nTrailer: ${names.join(', ')}, X-Sum\r\n`;
      const client = new RawClient(port).send(
        `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n${lines}X-Sum: 1\r\n\r\n`,
      );
      await client.until((text) => text.includes('200 OK'));
      client.close();
    });
    expect(trailers).to.deep.equal(['X-Sum', '1']);
  });

  it('do not reach running over HTTP/2', async function () {
    needsOpenssl.call(this);
    const names = await documentedNames();
    await withTls(echoRequest, (fixture) =>
      withHttp2(fixture, async (session) => {
        const headers = Object.fromEntries(names.map((name) => [name.toLowerCase(), FORGED]));
        const { body } = await askHttp2(session, headers);
        expect(forgedIn(pairsOf(seenIn(body).rawHeaders))).to.deep.equal([]);
      }),
    );
  });

  it('reach running from a trusted peer, whose values are kept', async () => {
    const names = await documentedNames();
    const got = await seen(
      names.map((name) => withHeader(name)),
      ['loopback'],
    );
    expect(got.flatMap(forgedIn)).to.deep.equal(names);
  });

  it('are never added but for those three that Vili knows, and the id', async () => {
    const [headers = []] = await seen(['GET / HTTP/1.1\r\nHost: a\r\n\r\n']);
    const added = headers.map(([name]) => name).filter((name) => !ADDED.test(name));
    expect(added).to.deep.equal(['Host', 'X-Request-Id', 'Connection']);
  });

  it('include the request id, which is then made by Vili, once', async () => {
    const [got = []] = await seen([withHeader('X-Request-Id', 'x-request-id: two\r\n')]);
    const ids = got.filter(([name]) => /^x-request-id$/i.test(name));
    expect(ids).to.have.length(1);
    expect(ids[0]?.[1]).to.match(/^[0-9a-f]{16}-[0-9a-z]+$/);
  });

  it('include the request id that a trusted peer takes away again by naming it in Connection', async () => {
    const [got = []] = await seen(
      [withHeader('X-Request-Id', 'Connection: keep-alive, x-request-id\r\n')],
      ['loopback'],
    );
    expect(got.filter(([name]) => name === 'X-Request-Id')).to.have.length(1);
    expect(forgedIn(got)).to.deep.equal([]);
  });

  it('leave all other headers alone, whatever they are called', async () => {
    const one = fc.stringMatching(/^[A-Za-z][A-Za-z_-]{0,25}$/);
    const names = fc
      .sample(one, 200)
      .filter(
        (name) =>
          !/^(?:x[-_]forwarded|forwarded|te|host|connection|upgrade|expect|trailer)/i.test(name),
      );
    const mild = [
      ...names,
      'X-Forwardedness',
      'X-Forward',
      'X-Correlation-Id',
      'traceparent',
      'Via',
    ];
    const got = await seen(mild.map((name) => withHeader(name)));
    expect(got.flatMap(forgedIn)).to.deep.equal(mild);
  });
});
