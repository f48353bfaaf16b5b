import { expect } from 'chai';
import { createMask } from '../../../../lib/compare/mask/mask.ts';
import { copySpan, exchangeSpan } from '../../../../lib/metrics/spans/attributes.ts';
import type { ServedExchange } from '../../../../lib/metrics/spans/protocol.ts';
import type { CopySpan } from '../../../../lib/model/span/copy.ts';
import { DEFAULT_SETTINGS } from '../../../support/default-settings.ts';

const MASK = createMask(DEFAULT_SETTINGS.mask);
const IDS = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), parentId: 'c'.repeat(16) };
const SPAN = { ...IDS, requestId: 'r-1', scheme: 'https', host: 'shop.example' } as const;

function exchange(change: Partial<ServedExchange> = {}, host: string = SPAN.host) {
  const served: ServedExchange = {
    span: { ...SPAN, host },
    method: 'GET',
    path: '/items/1?q=2',
    endpoint: 'GET /items/{id}',
    atMs: 1000,
    ms: 2,
    status: 200,
    failure: null,
    instance: 'shop-1.0.0/1_running',
    ...change,
  };
  return exchangeSpan(served, MASK);
}

function copy(change: Partial<CopySpan> = {}) {
  const sent: CopySpan = {
    ...IDS,
    requestId: 'r-1',
    method: 'GET',
    path: '/items/1?q=2',
    endpoint: 'GET /items/{id}',
    atMs: 1010,
    ms: 3,
    status: 200,
    failure: null,
    instance: 'shop-1.0.1/1_test',
    host: '127.0.0.1',
    port: 8082,
    scheme: 'http',
    role: 'testing',
    outcome: 'same',
    differences: 0,
    ...change,
  };
  return copySpan(sent, MASK);
}

describe('The attributes of spans', () => {
  it('say of an exchange what a server says of a request, and which version responded', () => {
    expect(exchange()).to.deep.equal({
      ids: { ...SPAN },
      name: 'GET /items/{id}',
      kind: 'server',
      atMs: 1000,
      ms: 2,
      isError: false,
      attributes: {
        'http.request.method': 'GET',
        'url.scheme': 'https',
        'url.path': '/items/1',
        'server.address': 'shop.example',
        'http.response.status_code': 200,
        'vili.version': 'shop-1.0.0',
        'vili.instance': 'shop-1.0.0/1_running',
        'vili.endpoint': 'GET /items/{id}',
        'vili.request_id': 'r-1',
        'vili.role': 'running',
      },
    });
  });

  it('say of a copy where it went and what came of it', () => {
    const { kind, attributes } = copy({ outcome: 'differs', differences: 4 });
    expect(kind).to.equal('client');
    expect(attributes).to.deep.equal({
      'http.request.method': 'GET',
      'url.full': 'http://127.0.0.1:8082/items/1',
      'url.path': '/items/1',
      'server.address': '127.0.0.1',
      'server.port': 8082,
      'http.response.status_code': 200,
      'vili.version': 'shop-1.0.1',
      'vili.instance': 'shop-1.0.1/1_test',
      'vili.endpoint': 'GET /items/{id}',
      'vili.request_id': 'r-1',
      'vili.role': 'testing',
      'vili.outcome': 'differs',
      'vili.differences': 4,
    });
  });

  it('have an error for what the server did wrong, and for whatever a client got wrong', () => {
    const errorOf = ({ isError, attributes }: ReturnType<typeof copy>) => [
      isError,
      attributes['error.type'],
      attributes['http.response.status_code'],
    ];
    expect(errorOf(exchange({ status: 404 }))).to.deep.equal([false, undefined, 404]);
    expect(errorOf(copy({ status: 404 }))).to.deep.equal([true, '404', 404]);
    expect(errorOf(exchange({ status: 503 }))).to.deep.equal([true, '503', 503]);
    expect(errorOf(exchange({ status: 0, failure: 'timeout' }))).to.deep.equal([
      true,
      'timeout',
      undefined,
    ]);
  });

  const HOSTS: Readonly<Record<string, readonly [string | undefined, number | undefined]>> = {
    'shop.example': ['shop.example', undefined],
    'shop.example:8080': ['shop.example', 8080],
    '[::1]': ['::1', undefined],
    '[::1]:8080': ['::1', 8080],
    'shop.example:': ['shop.example', undefined],
    'shop.example:x': ['shop.example', undefined],
    '': [undefined, undefined],
  };
  for (const [host, [address, port]] of Object.entries(HOSTS)) {
    it(`take the address of the server from Host: ${host}`, () => {
      const { attributes } = exchange({}, host);
      expect([attributes['server.address'], attributes['server.port']]) //
        .to.deep.equal([address, port]);
    });
  }

  it('mask what samples mask, and have no query at all', () => {
    const path = '/reset/password=geheim123/x?token=geheim456&name=ordinary';
    for (const { attributes } of [exchange({ path }), copy({ path })]) {
      expect(JSON.stringify(attributes)).to.not.match(/geheim|ordinary/);
    }
  });

  it('do not let clients make up methods', () => {
    const { name, attributes } = exchange({ method: 'BREW', endpoint: 'BREW /pot' });
    expect(name).to.equal('HTTP');
    expect(attributes).to.include({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'BREW',
    });
  });
});
