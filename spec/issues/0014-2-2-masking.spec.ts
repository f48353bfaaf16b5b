import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import fc from 'fast-check';
import { Trace } from '../../lib/actor/trace.ts';
import { sampleText } from '../../lib/cli/text/diff.ts';
import { createLineMask } from '../../lib/compare/mask/line.ts';
import { createMask } from '../../lib/compare/mask/mask.ts';
import type { Sample } from '../../lib/compare/sample/sample.ts';
import { type Replayed, replaySamples } from '../../lib/evaluation/replay.ts';
import { LogBatchBuilder } from '../../lib/logs/count/batch-builder.ts';
import type { ShadowResponse } from '../../lib/mirror/request/requester.ts';
import { PairComparer } from '../../lib/mirror/worker/compare-pair.ts';
import { Sampler } from '../../lib/mirror/worker/sampler.ts';
import type { Exchange } from '../../lib/model/exchange.ts';
import {
  DEFAULT_COMPARE_SETTINGS,
  DEFAULT_MIRROR_SETTINGS,
  DEFAULT_SETTINGS,
} from '../support/default-settings.ts';
import { withHttp } from '../support/mirror-kit.ts';
import {
  BODY_SHAPES,
  credentialName,
  identifier,
  LINE_SHAPES,
  type Planted,
  secret,
  TEXT_SHAPES,
} from '../support/planted-secrets.ts';

const SECRET = 's3cr3t-v4lue-9Zq';
const COLORS = { good: String, bad: String } as never;
/** What patterns and readers stumble over. */
const HOSTILE_PIECES =
  'password code key token = : " \' \\" & ; , { [ %3D %25 % <a <password> </ > <!-- <![CDATA[ / ? # @ :// http:// eyJ . - | cookie bearer a1 --'
    .split(' ')
    .concat([' ', '\n']);
const mask = createMask(DEFAULT_SETTINGS.mask);
const maskLine = createLineMask(DEFAULT_SETTINGS.mask);

describe('issue 14, 2.2: what is masked', () => {
  it('leaves out a body that is not UTF-8 text, and keeps its size and hash', () => {
    const utf16 = Buffer.from(`{"password":"${SECRET}"}`, 'utf16le');
    const latin = Buffer.from(`password=${SECRET}&n=\u00e6`, 'latin1');
    const gzip = Buffer.from(`\u001f\u008b${SECRET}`, 'latin1');
    for (const bytes of [utf16, latin, gzip]) {
      const { body } = kept({ bytes, type: 'text/plain' }).sample.running;
      expect(body).to.include({ text: '', base64: false, cut: true, bytes: bytes.length });
      expect(body?.hash).to.match(/^sha256:[0-9a-f]{64}$/);
    }
  });

  it('looks into the values of headers: URLs, matrix parameters, documents, tokens', () => {
    for (const [name, value] of [
      ['Location', `https://x.example/cb?access_token=${SECRET}#id_token=${SECRET}`],
      ['Referer', `http://x.example/a;jsessionid=${SECRET}/b?user[password]=${SECRET}`],
      ['X-Auth-Token', SECRET],
      ['x_session_token', SECRET],
      ['Link', `<https://x.example/?api_key=${SECRET}>; rel="next"`],
      ['X-Debug', `{"Password":"${SECRET}"}`],
      ['X-Forwarded-Uri', `/login?next=%2Fa%3Fcode%3D${SECRET}`],
      ['X-Anything', `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${SECRET}`],
    ]) {
      const [shownName, shown] = mask.headers([name ?? '', value ?? '']);
      expect(shownName).to.equal(name);
      expect(shown, name).to.contain('[masked]').and.not.contain(SECRET);
    }
  });

  it('finds the names of credentials in any spelling and place', () => {
    for (const name of [
      'Password',
      'user[password]',
      'api-key',
      'apiKey',
      'API_KEY',
      'token',
      'code',
      'id_token',
      'pass%77ord',
    ]) {
      expect(mask.target(`/a?x=1&${name}=${SECRET}`).text).to.equal(`/a?x=1&${name}=[masked]`);
      expect(maskLine(`GET /a?${name}=${SECRET} 200`), name).to.not.contain(SECRET);
    }
    const twice = mask.body([], Buffer.from(`{"a":{"token":"${SECRET}"},"a":1}`));
    expect(twice?.text).to.equal('{"a":1}');
    const escaped = mask.body([], Buffer.from(`{"pass\\u0077ord":"${SECRET}"}`));
    expect(escaped?.text).to.equal('{"password":"[masked]"}');
  });

  it('masks what has the form of a key, and what stands where a key stands', () => {
    for (const text of [
      `sent eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.${SECRET}`,
      `using ${['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_')}`,
      `-----BEGIN RSA PRIVATE KEY-----\n${SECRET}\n-----END RSA PRIVATE KEY-----`,
      `GET /password-reset/${SECRET} 404`,
      `invalid token ${SECRET}`,
      `redis://:${SECRET}@cache.example:6379/0`,
    ]) {
      expect(mask.text(text))
        .to.contain('[masked]')
        .and.not.match(/s3cr3t|4eC39/);
    }
  });

  it('masks what is named by a neighbour or in an unusual notation', () => {
    for (const text of [
      `- name: DB_PASSWORD\n  value: ${SECRET}`,
      `password = """\n${SECRET}\n"""`,
      `data-props="{&quot;token&quot;:&quot;${SECRET}&quot;}"`,
      `Token[${SECRET}]`,
      `secret -> ${SECRET}`,
      `token.value=${SECRET}`,
      `curl -u bob:${SECRET} https://x.example`,
      `user(name=bob, Password = '${SECRET}')`,
    ]) {
      expect(mask.text(text)).to.contain('[masked]').and.not.contain(SECRET);
    }
    for (const disposition of ['form-data;\r\n name="token"', `form-data; name*=utf-8''tok%65n`]) {
      const part = `--b0\r\nContent-Disposition: ${disposition}\r\n\r\n${SECRET}\r\n--b0--`;
      const found = mask.body(
        ['content-type', 'multipart/form-data; boundary=b0'],
        Buffer.from(part),
      );
      expect(found?.text).to.not.contain(SECRET);
    }
    expect(mask.headers(['X-Session', `${SECRET}0`])).to.deep.equal(['X-Session', '[masked]']);
  });

  it('leaves identifiers, words and numbers as they are', () => {
    for (const text of [
      'GET /items/550e8400-e29b-41d4-a716-446655440000?page=2&page_token=CAoQAA 200',
      '{"code":"NOT_FOUND","tokens":5,"token_type":"Bearer","n":1.0,"hasPassword":true}',
      'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      '<o id="42"><code>E1042</code><slug>blue-shoes-42</slug></o>',
      'no.acme.token.TokenService: started in 3 s',
      'Bearer realm="api", error="invalid_token"',
      'a=b&c=hello+world&d=%C3%A6',
    ]) {
      expect(mask.text(text)).to.equal(text);
    }
  });

  it('lets no secret survive in a sample, in differences or in what is printed', () => {
    const plan = fc.record({
      name: credentialName,
      value: secret,
      other: secret,
      body: fc.constantFrom(...BODY_SHAPES),
      text: fc.constantFrom(...TEXT_SHAPES),
    });
    fc.assert(
      fc.property(plan, ({ name, value, other, body, text }) => {
        fc.pre(!name.includes(value) && value !== other);
        const shown = kept({
          ...bytesOf(body(name, value)),
          testing: bytesOf(body(name, other)),
          header: text(name, value),
          path: text(name, value),
        });
        for (const one of [value, other]) expectGone(shown.text, one);
      }),
      { numRuns: 1500 },
    );
  });

  it('lets no secret survive in lines of logs, their examples and their kinds', () => {
    fc.assert(
      fc.property(credentialName, secret, fc.constantFrom(...LINE_SHAPES), (name, value, shape) => {
        const line = shape(name, value);
        const levelField = '';
        const options = { levelField, numbers: 'auto' as const, maxKinds: 10, mask: maskLine };
        const builder = new LogBatchBuilder(options, 0);
        builder.line(line);
        const batch = builder.take(1, { inode: 0, position: 0 });
        expectGone(JSON.stringify({ kinds: batch?.kinds, latest: batch?.latest }), value);
      }),
      { numRuns: 1500 },
    );
  });

  it('keeps identifiers readable in every shape', () => {
    const name = fc.constantFrom('id', 'order', 'page', 'sku', 'etag', 'parentKey', 'tokens');
    fc.assert(
      fc.property(name, identifier, fc.constantFrom(...BODY_SHAPES), (key, value, shape) => {
        const { type, text } = shape(key, value);
        expect(mask.body(['content-type', type], Buffer.from(text))).to.include({
          text,
          masked: false,
        });
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(name, identifier, fc.constantFrom(...TEXT_SHAPES), (key, value, shape) => {
        expect(mask.target(shape(key, value)).text).to.equal(shape(key, value));
      }),
      { numRuns: 1000 },
    );
  });

  it('lets no secret survive in the payload of a trace', () => {
    const everywhere = createMask(DEFAULT_SETTINGS.mask, true);
    const maskText = (text: string): string => everywhere.text(text);
    const trace = new Trace(() => 0, { size: 10, slowMs: 1000, maskText });
    const payload = {
      type: 'settings',
      admin: { token: SECRET },
      headers: ['Authorization', `Bearer ${SECRET}`],
      path: `/a?api_key=${SECRET}`,
      id: '550e8400-e29b-41d4-a716-446655440000',
    };
    trace.write(0, '/a', '/b', 'settings', undefined, 0, 0, 'ok', payload);
    const [record] = trace.read();
    expect(record?.payload).to.contain('[masked]').and.contain(payload.id);
    expect(record?.payload).to.not.contain(SECRET);
  });

  it('replays what was not masked, and says what it cannot send or sends without', async () => {
    const seen: string[] = [];
    const base = kept({
      bytes: Buffer.from('{"token":"abc-0123456789","n":1}'),
      type: 'application/json',
    }).sample;
    const referer = ['Referer', `https://x.example/?token=[masked]`];
    const sample = (request: Partial<Sample['request']>): Sample => ({
      ...base,
      request: { ...base.request, method: 'GET', body: null, headers: referer, ...request },
    });
    const unread = { bytes: 3, text: '', base64: false, cut: true, masked: true, hash: 'sha256:0' };
    const write = {
      method: 'POST',
      headers: [],
      body: { ...unread, text: 'a=1', cut: false, masked: false },
    };
    const { hash: _, ...whole } = write.body;
    const samples = [
      sample({}),
      sample({ path: '/a?token=[masked]' }),
      sample({ path: '/reset/[masked]' }),
      sample({ body: unread }),
      sample({ ...write, body: whole }),
    ];
    const replayed: Replayed[] = [];
    const answer: RequestListener = (request, response) => {
      seen.push(`${request.method} ${request.headers.referer ?? '-'}`);
      response.writeHead(200, { 'content-type': 'application/json', location: '/x' });
      response.end('{"token":"xyz-9876543210","n":1}');
    };
    await withHttp(answer, async (target) => {
      const options = {
        to: 'testing' as const,
        running: target,
        testing: target,
        headers: [],
        settings: DEFAULT_MIRROR_SETTINGS,
        signal: new AbortController().signal,
      };
      await replaySamples(samples, options, (one) => replayed.push(one));
      await replaySamples([sample({})], { ...options, to: 'running' }, (one) => replayed.push(one));
    });
    expect(replayed.map(({ outcome }) => outcome)).to.deep.equal([
      'same',
      'skipped',
      'skipped',
      'skipped',
      'same',
      'same',
    ]);
    expect(replayed[0]?.text).to.match(/; sent without what was masked: Referer$/);
    expect(replayed.slice(1, 4).map(({ text }) => text)).to.deep.equal([
      'a parameter of it was masked',
      'part of its path was masked',
      'its body was not kept: it cannot be searched for secrets',
    ]);
    // What is masked in an old response is no difference from a new one.
    for (const one of replayed.slice(4)) {
      expect(one.differences.filter(({ path }) => path.includes('token'))).to.deep.equal([]);
    }
    expect(new Set(seen)).to.deep.equal(new Set(['GET -', 'POST -']));
  });

  it('needs time in proportion to the length of a text, however it was made', () => {
    const parts = fc.array(fc.constantFrom(...HOSTILE_PIECES), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(parts, (chosen) => {
        const text = chosen.join('');
        const long = text.repeat(Math.ceil(65_536 / text.length));
        const before = process.cpuUsage().user;
        mask.text(long);
        mask.target(`/a?${long}`);
        mask.body(['content-type', 'text/html'], Buffer.from(long));
        expect(process.cpuUsage().user - before, JSON.stringify(text)).to.be.below(3_000_000);
      }),
      { numRuns: 60 },
    );
  });
});

interface Pair {
  readonly bytes: Buffer;
  readonly type: string;
  readonly testing?: { readonly bytes: Buffer; readonly type: string };
  readonly header?: string;
  readonly path?: string;
}

/** All that is kept and shown of a pair. */
function kept({ bytes, type, testing, header, path = '/a' }: Pair): {
  readonly sample: Sample;
  readonly text: string;
} {
  const headers = ['Content-Type', type, 'Location', header ?? '/'];
  const exchange: Exchange = {
    requestId: 'r1',
    method: 'POST',
    path,
    operation: '',
    endpoint: '',
    headers: [...headers, 'Referer', header ?? '/'],
    body: bytes,
    atMs: 0,
    status: 200,
    failure: null,
    responseHeaders: headers,
    responseBody: bytes,
    responseBytes: bytes.length,
    responseDigest: null,
    runningMs: 1,
  };
  const other = testing ?? { bytes: Buffer.from('{}'), type: 'application/json' };
  const response: ShadowResponse = {
    status: 200,
    failure: null,
    ms: 1,
    headers: ['Content-Type', other.type, 'Location', `${header ?? '/'}x`],
    bytes: other.bytes,
    length: other.bytes.length,
    digest: null,
    cut: false,
    extraBytes: 0,
  };
  const settings = { ...DEFAULT_COMPARE_SETTINGS, values: 'block' as const };
  const pair = { exchange, endpoint: 'POST /a', testing: response, baseline: null };
  const outcome = new PairComparer(settings).compare(pair);
  const limits = { perEndpoint: 5, maxBytes: 8_388_608, maxBodyBytes: 16_384 };
  const sampler = new Sampler(limits, settings, '');
  sampler.consider(pair, outcome);
  const [copy] = sampler.take();
  if (copy === undefined) throw new Error('no sample was kept');
  const sample = JSON.parse(copy.text) as Sample;
  const printed = sampleText(sample, { columns: 10_000, colors: COLORS, nowMs: 0 });
  return { sample, text: [copy.text, JSON.stringify(outcome), ...printed].join('\n') };
}

function bytesOf({ type, text }: Planted): { readonly bytes: Buffer; readonly type: string } {
  return { bytes: Buffer.from(text), type };
}

/** Neither as it is nor as JSON, URLs or XML would have it. */
function expectGone(text: string, value: string): void {
  const quoted = JSON.stringify(value).slice(1, -1);
  for (const form of [value, quoted, encodeURIComponent(value)]) {
    expect(text.includes(form), `${form} in ${text}`).to.equal(false);
  }
}
