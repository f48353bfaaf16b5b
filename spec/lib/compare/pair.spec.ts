import { createHash } from 'node:crypto';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { comparePair, type ResponseContent } from '../../../lib/compare/pair.ts';
import type { CompareSettings } from '../../../lib/compare/settings.ts';
import { severityOfStatus } from '../../../lib/compare/severity.ts';
import { DEFAULT_COMPARE_SETTINGS } from '../../support/default-settings.ts';

const JSON_TYPE = ['Content-Type', 'application/json'];

describe('the comparison of a pair', () => {
  it('ranks statuses by severity', () => {
    expect([200, 302, 404, 499, 500, 599, 0].map(severityOfStatus)).to.deep.equal([
      0, 0, 1, 1, 2, 2, 2,
    ]);
  });

  it('compares no bodies when one side is worse, since the status says it all', () => {
    const outcome = compare(
      responseWith('{"a":1}'),
      responseWith('{"error":"x"}', { status: 500 }),
    );
    expect(outcome).to.deep.equal({
      differences: [{ kind: 'status', path: 'status', running: '200', testing: '500' }],
      differs: false,
      ignored: [],
      skipped: [],
      comparable: false,
    });
  });

  it('counts another status of the same severity', () => {
    expect(compare(responseWith('{}'), responseWith('', { status: 204 })).differs).to.equal(true);
    expect(
      compare(responseWith('{}'), responseWith('', { status: 204 }), { shape: 'report' }).differs,
    ).to.equal(false);
  });

  it('blocks the kinds that the settings name', () => {
    const cases: [string, string, string][] = [
      ['missing', '{"a":1}', '{}'],
      ['type', '{"a":1}', '{"a":"1"}'],
      ['value', '{"a":1}', '{"a":2}'],
      ['extra', '{}', '{"a":1}'],
    ];
    const blocked = (change: Partial<CompareSettings>) =>
      cases
        .filter(
          ([, running, testing]) =>
            compare(responseWith(running), responseWith(testing), change).differs,
        )
        .map(([kind]) => kind);
    expect(blocked({})).to.deep.equal(['missing', 'type']);
    expect(blocked({ values: 'block' })).to.deep.equal(['missing', 'type', 'value']);
    expect(blocked({ shape: 'report' })).to.deep.equal([]);
    expect(blocked({ shape: 'report', values: 'block' })).to.deep.equal(['value']);
  });

  it('counts JSON that is no longer JSON', () => {
    const html = responseWith('<html>', { headers: ['content-type', 'text/html'] });
    expect(compare(responseWith('{}'), html).differences[0]).to.deep.equal({
      kind: 'type',
      path: '$',
      running: 'JSON',
      testing: 'HTML',
    });
    expect(compare(responseWith('{}'), html).differs).to.equal(true);
    expect(compare(responseWith('{}'), responseWith('{"a":')).differences[0]?.testing).to.equal(
      'not valid JSON',
    );
    expect(compare(responseWith('{}'), responseWith('')).differences[0]?.testing).to.equal(
      'nothing',
    );
    expect(compare(html, responseWith('{}')).differs).to.equal(true);
    expect(compare(responseWith('{"a":'), responseWith('{}')).differs).to.equal(false);
  });

  it('compares what has no structure by equality', () => {
    const script = (body: string) =>
      responseWith(body, { headers: ['content-type', 'text/javascript'] });
    expect(compare(script('a'), script('a')).differences).to.deep.equal([]);
    const outcome = compare(script('abc'), script('abd'));
    expect(outcome.differences).to.deep.equal([
      {
        kind: 'body',
        path: '$',
        running: '3 bytes, sha1 a9993e364706',
        testing: '3 bytes, sha1 cb4cc28df0fd',
      },
    ]);
    expect(outcome.differs).to.equal(false);
    expect(compare(script('abc'), script('abd'), { values: 'block' }).differs).to.equal(true);
  });

  it('counts nothing in place of something, and a body that collapses', () => {
    for (const type of ['text/plain', 'text/html', 'image/png', 'application/pdf', 'text/css']) {
      const of = (body: string) => responseWith(body, { headers: ['content-type', type] });
      const full = of('some words of text\n'.repeat(100));
      for (const empty of ['', ' \n']) {
        const { differs, differences } = compare(full, of(empty));
        expect(differs, type).to.equal(true);
        expect(differences[0]).to.include({ kind: 'type', path: '$', testing: 'nothing' });
        expect(compare(of(empty), full).differs).to.equal(false);
      }
      const short = compare(full, of('some words of text\n'));
      expect(
        short.differences.map(({ path }) => path),
        type,
      ).to.include('size');
      expect(short.differs).to.equal(true);
    }
    const large = { bytes: null, length: 5_000_000 };
    const collapsed = compare(responseWith('', large), responseWith('{"a":1}'));
    expect(collapsed.differences.map(({ path }) => path)).to.include('size');
  });

  it('counts another declared type, but not another name of one', () => {
    const as = (type: string) => responseWith('{"a":1}', { headers: ['content-type', type] });
    expect(compare(as('application/json'), as('text/plain')).differences[0]).to.deep.equal({
      kind: 'type',
      path: '$',
      running: 'JSON as application/json',
      testing: 'JSON as text/plain',
    });
    for (const type of [
      'text/json',
      'application/problem+json',
      'application/json; charset=utf-8',
    ]) {
      expect(compare(as('application/json'), as(type)).differs, type).to.equal(false);
    }
  });

  it('names what it cannot read, and on which side', () => {
    const zipped = (encoding: string, body: string) =>
      responseWith(body, { headers: [...JSON_TYPE, 'content-encoding', encoding] });
    const why = 'encoded with compress';
    expect(compare(zipped('compress', 'a'), zipped('compress', 'b'))).to.deep.include({
      unread: { by: 'both', why },
      differs: false,
    });
    expect(compare(responseWith('{}'), zipped('compress', 'b')).unread).to.deep.equal({
      by: 'testing',
      why,
    });
    expect(compare(zipped('compress', 'a'), zipped('compress', 'a')).unread).to.equal(undefined);
    const large = { bytes: null, length: 5_000_000 };
    expect(
      compare(responseWith('', large), responseWith('', { ...large, length: 4_999_999 })).unread,
    ).to.deep.equal({
      by: 'both',
      why: 'larger than compare.max_body',
    });
    // Broken data is testing's fault, whatever reads it.
    const broken = compare(zipped('gzip', String(gzipSync('{}'))), zipped('gzip', 'x'));
    expect(broken.unread?.by).to.equal('both');
    expect(compare(responseWith('{}'), zipped('gzip', 'x')).differences[0]?.testing).to.equal(
      'not valid gzip',
    );
  });

  it('takes an encoding that is none, such as UTF-8, for none', () => {
    for (const encoding of ['UTF-8', 'identity, none', 'iso-8859-1', 'binary']) {
      const headers = [...JSON_TYPE, 'content-encoding', encoding];
      const found = compare(responseWith('{"a":1}', { headers }), responseWith('{}', { headers }));
      expect(found.differences[0]?.path, encoding).to.equal('$.a');
    }
  });

  it('reads bytes that are not UTF-8 as another charset, as programs do, and sees them differ', () => {
    const broken = (byte: number) => responseWith(Buffer.from([0x22, byte, 0x22]));
    expect(compare(broken(0xff), broken(0xff)).differences).to.deep.equal([]);
    expect(compare(broken(0xff), broken(0xfe)).differences[0]?.kind).to.equal('value');
  });

  const ENCODERS: [string, (text: string) => Buffer][] = [
    ['gzip', (text) => gzipSync(text)],
    ['deflate', (text) => deflateSync(text)],
    ['deflate', (text) => deflateRawSync(text)],
    ['br', (text) => brotliCompressSync(text)],
    ['gzip, br', (text) => brotliCompressSync(gzipSync(text))],
  ];
  for (const [encoding, encode] of ENCODERS) {
    it(`decodes bodies encoded with ${encoding}`, () => {
      const headers = [...JSON_TYPE, 'Content-Encoding', encoding];
      const encoded = (text: string) => responseWith(encode(text), { headers });
      expect(
        compare(encoded('{"a":1,"b":2}'), encoded('{"b":2, "a":1}')).differences,
      ).to.deep.equal([]);
      expect(compare(responseWith('{"a":1}'), encoded('{"a":2}')).differences[0]?.path).to.equal(
        '$.a',
      );
    });
  }

  it('neither unpacks a decompression bomb nor fails on corrupt data', () => {
    const headers = [...JSON_TYPE, 'content-encoding', 'gzip'];
    const bomb = responseWith(gzipSync(Buffer.alloc(50_000_000)), { headers });
    const damaged = responseWith('no gzip', { headers });
    const layers = responseWith('{}', {
      headers: [...JSON_TYPE, 'content-encoding', Array(50).fill('gzip').join(',')],
    });
    for (const hostile of [bomb, damaged, layers]) {
      const kind = hostile === damaged ? 'type' : 'body';
      expect(compare(responseWith('{}'), hostile).differences[0]?.kind).to.equal(kind);
      expect(compare(hostile, hostile).differences).to.deep.equal([]);
    }
  });

  it('compares bodies too large to keep by length and digest', () => {
    const digest = createHash('sha1').update('{"a":1}').digest('hex');
    const large = { ...responseWith('{"a":1}'), bytes: null, digest };
    expect(compare(large, responseWith('{"a":1}')).differences).to.deep.equal([]);
    expect(compare(large, responseWith('{"a":2}')).differences[0]?.kind).to.equal('body');
    const cut = { ...responseWith(''), bytes: null, length: 1_114_113, cut: true };
    expect(compare(responseWith('{}'), cut).differences[0]).to.include({
      kind: 'body',
      testing: '1114113 bytes or more, too large',
    });
  });

  it('compares no body for HEAD, which has none', () => {
    const head = responseWith('', { headers: [...JSON_TYPE, 'content-length', '10'] });
    expect(comparePair(DEFAULT_COMPARE_SETTINGS, 'HEAD', head, head).differences).to.deep.equal([]);
  });

  it('compares the listed headers, volatile ones by presence', () => {
    const headers = ['vary', 'etag', 'set-cookie', 'content-type'];
    const running = responseWith('{}', {
      headers: [
        'Content-Type',
        'application/json; charset=utf-8',
        'ETag',
        '"1"',
        'Vary',
        'a',
        'Vary',
        'b',
        'X-Any',
        '1',
      ],
    });
    const testing = responseWith('{}', {
      headers: ['content-type', 'application/JSON;charset=UTF-8', 'etag', '"2"', 'vary', 'a, b'],
    });
    expect(compare(running, testing, { headers }).differences).to.deep.equal([]);
    const bare = responseWith('{}', { headers: [...JSON_TYPE] });
    expect(compare(running, bare, { headers }).differences).to.deep.equal([
      { kind: 'header', path: 'vary', running: 'a, b' },
      { kind: 'header', path: 'etag', running: '"1"' },
      {
        kind: 'header',
        path: 'content-type',
        running: 'application/json; charset=utf-8',
        testing: 'application/json',
      },
    ]);
  });

  it('is fast on keys and headers designed to be slow', function () {
    this.timeout(2000);
    const key = '%40'.repeat(300_000);
    const found = compare(responseWith('{}'), responseWith(`{"${key}":1}`)).differences;
    expect(found.map(({ kind, testing }) => `${kind} ${testing}`)).to.deep.equal(['extra 1']);
    const spaced = (end: string): ResponseContent =>
      responseWith('1', { headers: ['vary', `a${' '.repeat(200_000)}${end}`] });
    const headers = ['vary'];
    expect(compare(spaced('b'), spaced('b'), { headers }).differences).to.deep.equal([]);
    expect(compare(spaced('b'), spaced('c'), { headers }).differences).to.have.length(1);
  });

  it('accepts any body, and finds no difference between a response and itself', () => {
    const type = fc.constantFrom('application/json', 'text/html', 'a/b+json', '');
    const encoding = fc.constantFrom('', 'gzip', 'br', 'deflate', 'unknown');
    fc.assert(
      fc.property(type, encoding, fc.uint8Array(), fc.string(), (type, encoding, bytes, other) => {
        const headers = ['content-type', type, 'content-encoding', encoding];
        const [left, right] = [
          responseWith(Buffer.from(bytes), { headers }),
          responseWith(other, { headers }),
        ];
        expect(compare(left, left).differences).to.deep.equal([]);
        compare(left, right);
      }),
    );
  });
});

// Private

function compare(
  running: ResponseContent,
  testing: ResponseContent,
  change: Partial<CompareSettings> = {},
) {
  return comparePair(
    { ...DEFAULT_COMPARE_SETTINGS, headers: [], ...change },
    'GET',
    running,
    testing,
  );
}

function responseWith(
  body: string | Buffer,
  change: Partial<ResponseContent> = {},
): ResponseContent {
  const bytes = Buffer.from(body as string);
  return {
    status: 200,
    headers: JSON_TYPE,
    bytes,
    length: bytes.length,
    digest: null,
    cut: false,
    ...change,
  };
}
