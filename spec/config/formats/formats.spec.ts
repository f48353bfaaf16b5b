import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  addressBlock,
  count,
  duration,
  endpointTemplate,
  type Format,
  FormatError,
  fileName,
  flag,
  headerEdits,
  headerName,
  host,
  identifier,
  launchCommands,
  listenAddress,
  listOf,
  lowerCaseHeaderName,
  method,
  mirrorRules,
  oneOf,
  path,
  pathPattern,
  pathRewrites,
  port,
  portRange,
  promotionSteps,
  type Raw,
  requestPath,
  share,
  signalName,
  size,
  stickyKey,
  text,
  type Unit,
  webAddress,
} from '../../../config/formats.ts';

const ALL: readonly Format<unknown, Unit>[] = [
  addressBlock,
  count,
  duration,
  endpointTemplate,
  fileName,
  flag,
  headerEdits,
  headerName,
  lowerCaseHeaderName,
  host,
  identifier,
  launchCommands,
  listenAddress,
  listOf(method),
  mirrorRules,
  oneOf(['block', 'report']),
  path,
  pathPattern,
  pathRewrites,
  port,
  portRange,
  requestPath,
  share,
  signalName,
  size,
  stickyKey,
  text,
  webAddress,
];

describe('formats', () => {
  accepts(duration, [
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
    ['1.5s', 1500],
    ['1.1s', 1100],
    ['10 s', 10_000],
    ['0', 0],
    [' 5M ', 300_000],
  ]);
  rejects(duration, ['', '5', '-5s', '5 minutes', 's', '1.2345ms', '5s5s', '1e3s', '∞', ['5s']]);

  accepts(size, [
    ['1MiB', 1_048_576],
    ['64KiB', 65_536],
    ['1GiB', 1_073_741_824],
    ['1kB', 1000],
    ['1.5KiB', 1536],
    ['4096', 4096],
    ['0', 0],
  ]);
  rejects(size, ['', '-1', '1M', '1.5', '1 apple', '99999999999TiB', '0x10']);

  accepts(share, [
    ['0.5%', 0.005],
    ['100%', 1],
    ['10 %', 0.1],
    ['0.005', 0.005],
    ['0', 0],
    ['0%', 0],
  ]);
  rejects(share, ['1', '5', '101%', '-1%', '%', 'half', '']);

  accepts(count, [
    ['0', 0],
    ['200', 200],
  ]);
  rejects(count, ['-1', '1.5', '1e3', '0x1', '', '9'.repeat(30)]);

  accepts(flag, [
    ['true', true],
    ['FALSE', false],
  ]);
  rejects(flag, ['yes', '1', '']);

  accepts(port, [
    ['1', 1],
    ['65535', 65_535],
    ['08080', 8080],
  ]);
  rejects(port, ['0', '65536', '-1', '80.5', 'http', '', '8080 8081']);

  accepts(portRange, [
    ['9400-9500', { from: 9400, to: 9500 }],
    ['9400-9400', { from: 9400, to: 9400 }],
  ]);
  rejects(portRange, ['9400 - 9500', '9500-9400', '9400', '0-10', '9400-70000', '9400..9500', '']);

  accepts(identifier, [
    ['inventory', 'inventory'],
    ['my_service-2', 'my_service-2'],
    ['a.b', 'a.b'],
    ['tjeneste-å', 'tjeneste-å'],
  ]);
  rejects(identifier, [
    '',
    '..',
    '.',
    '../x',
    'a/b',
    'a\\b',
    'a..b',
    'a\nb',
    'a\0b',
    '-rf',
    '.hidden',
    'a b',
    'x'.repeat(129),
  ]);

  accepts(fileName, [
    ['', ''],
    ['local_override.properties', 'local_override.properties'],
    ['.properties', '.properties'],
  ]);
  rejects(fileName, ['a/b', '..', '.', 'x\ny', 'x'.repeat(256)]);

  accepts(requestPath, [
    ['/health', '/health'],
    ['/health?full=1', '/health?full=1'],
    ['none', null],
  ]);
  rejects(requestPath, ['health', '/a b', '/a#b', '/é', '/a\r\nHost: x']);

  accepts(host, [
    ['0.0.0.0', '0.0.0.0'],
    ['::', '::'],
    ['localhost', 'localhost'],
    ['my-host.example.org', 'my-host.example.org'],
  ]);
  rejects(host, ['', '999.1.1.1', '10.0.0', 'a b', 'http://x', 'x:80', 'x/y', '-x']);

  accepts(listenAddress, [
    ['127.0.0.1:9411', '127.0.0.1:9411'],
    ['[::1]:9411', '[::1]:9411'],
    ['none', null],
  ]);
  rejects(listenAddress, ['9411', '127.0.0.1', ':9411', 'x:0', 'x:99999', '::1:9411']);

  accepts(addressBlock, [
    ['loopback', 'loopback'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['fd00::/8', 'fd00::/8'],
    ['192.168.1.1', '192.168.1.1'],
  ]);
  rejects(addressBlock, ['everybody', '10.0.0.0/33', '10.0.0/8', '::/129', '', '10.0.0.0/']);

  accepts(webAddress, [
    ['', ''],
    ['https://host:8443/path', 'https://host:8443/path'],
  ]);
  rejects(webAddress, ['host', 'ftp://host', 'https://', 'https:///x', 'http://a b']);

  accepts(signalName, [
    ['SIGTERM', 'SIGTERM'],
    ['int', 'SIGINT'],
  ]);
  rejects(signalName, ['SIGSTOP', 'SIGCONT', '15', '', 'SIGSIGTERM']);

  accepts(headerName, [['X-Vili-Mirror', 'X-Vili-Mirror']]);
  accepts(lowerCaseHeaderName, [['X-Api-Key', 'x-api-key']]);
  rejects(headerName, ['', 'a b', 'a:b', 'é', 'a\r\nb']);

  accepts(stickyKey, [
    ['none', null],
    ['cookie session', { kind: 'cookie', name: 'session' }],
    ['header: X-User', { kind: 'header', name: 'X-User' }],
  ]);
  rejects(stickyKey, ['', 'session', 'cookie', 'cookie a b', 'query id', 'cookie a=b']);

  accepts(promotionSteps, [
    ['none', []],
    [
      '5% 2m, 25%  5m',
      [
        { share: 0.05, ms: 120_000 },
        { share: 0.25, ms: 300_000 },
      ],
    ],
    [['0.5% 30s'], [{ share: 0.005, ms: 30_000 }]],
  ]);
  rejects(promotionSteps, [
    '5%',
    '5% 2m 25% 5m',
    '2m 5%',
    '0% 2m',
    '100% 2m',
    '5% 0s',
    '5% 8d',
    '25% 5m, 5% 2m',
    '5% 2m, 5% 2m',
    Array.from({ length: 21 }, (_, at) => `${at + 1}% 1m`),
  ]);

  accepts(headerEdits, [
    ['none', []],
    [
      'set Authorization: Bearer a,b ; remove Cookie',
      [
        { name: 'Authorization', value: 'Bearer a,b' },
        { name: 'Cookie', value: null },
      ],
    ],
    [['set X-Empty:'], [{ name: 'X-Empty', value: '' }]],
  ]);
  rejects(headerEdits, ['X: y', 'set X', 'remove', 'remove a b', 'set a b: c', ['set X: \u00e9']]);

  accepts(pathRewrites, [
    ['none', []],
    [
      '/v1/{id}/* -> /v2/*/{id}, /a->/b',
      [
        { from: '/v1/{id}/*', to: '/v2/*/{id}' },
        { from: '/a', to: '/b' },
      ],
    ],
  ]);
  rejects(pathRewrites, ['/a', 'a -> /b', '/a -> b', '/a -> /{id}', '/a -> /*', '/a -> /b -> /c']);

  accepts(oneOf(['block', 'report']), [['Block', 'block']]);
  rejects(oneOf(['block', 'report']), ['blok', '']);

  accepts(listOf(method), [
    ['GET,head , OPTIONS', ['GET', 'HEAD', 'OPTIONS']],
    [
      ['get', 'put'],
      ['GET', 'PUT'],
    ],
    ['none', []],
    [[], []],
    ['GET,,HEAD', ['GET', 'HEAD']],
  ]);
  rejects(listOf(method), ['GET HEAD', 'GET,(x)', new Map([['a', 'b']]), [['GET']]]);

  accepts(pathPattern, [
    ['/health', '/health'],
    ['*/health', '*/health'],
  ]);
  rejects(pathPattern, ['*'.repeat(5), 'health', '/a b', '/a?b', '']);

  accepts(endpointTemplate, [
    ['/items/{id}', '/items/{id}'],
    ['get  /items/{id}/{*}', 'GET /items/{id}/{*}'],
  ]);
  rejects(endpointTemplate, ['items', '/items/{id', '/items/id}', '/{a/b}', 'GET PUT /x', '']);

  accepts(mirrorRules, [
    ['POST /orders/{id} off', [{ method: 'POST', path: '/orders/{id}', on: false }]],
    [
      'post /a on; * /b off',
      [
        { method: 'POST', path: '/a', on: true },
        { method: '*', path: '/b', on: false },
      ],
    ],
    [['GET /a,b off'], [{ method: 'GET', path: '/a,b', on: false }]],
    ['none', []],
  ]);
  rejects(mirrorRules, [
    'POST /orders',
    '/orders off',
    'POST /x maybe',
    'POST x off',
    'GET /{ off',
    'GET /*/*/*/*/* on',
  ]);

  accepts(launchCommands, [
    ['.rb=ruby {file}', new Map([['.rb', ['ruby', '{file}']]])],
    [
      new Map<string, Raw>([
        ['.sh', 'sh {file}'],
        ['.php', ['php', '-r', 'a b', '{port}']],
      ]),
      new Map([
        ['.sh', ['sh', '{file}']],
        ['.php', ['php', '-r', 'a b', '{port}']],
      ]),
    ],
    ['none', new Map()],
  ]);
  rejects(launchCommands, [
    'rb=ruby',
    '.rb=',
    '.rb',
    '.rb=ruby {prot}',
    '.rb=a; .rb=b',
    ['.rb'],
    new Map<string, Raw>([['.rb', new Map()]]),
    new Map<string, Raw>([['__proto__', 'x']]),
  ]);

  it('suggest what was probably meant', () => {
    expect(suggestionOf(portRange, '9400 - 9500')).to.equal('9400-9500');
    expect(suggestionOf(duration, '60')).to.equal('60s');
    expect(suggestionOf(size, '10M')).to.equal('10MiB');
    expect(suggestionOf(share, '5')).to.equal('5%');
    expect(suggestionOf(requestPath, 'health')).to.equal('/health');
    expect(suggestionOf(listenAddress, '9411')).to.equal('127.0.0.1:9411');
  });

  it('throw nothing but a FormatError, whatever is written, and hold what they return', () => {
    const { raw } = fc.letrec<{ raw: Raw }>((tie) => ({
      raw: fc.oneof(
        { maxDepth: 3 },
        fc.string({ unit: 'grapheme' }),
        fc.mixedCase(fc.constantFrom('9400-9500', '5m', '1MiB', '0.5%', '/a/{b}', 'GET /a on')),
        fc.array(tie('raw'), { maxLength: 3 }),
        fc
          .array(fc.tuple(fc.string(), tie('raw')), { maxLength: 3 })
          .map((pairs) => new Map(pairs)),
      ),
    }));
    fc.assert(
      fc.property(raw, (value) => {
        for (const format of ALL) {
          try {
            expect(format.holds(format.parse(value)), format.name).to.equal(true);
          } catch (error) {
            expect(error, format.name).to.be.instanceOf(FormatError);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('read a duration, a size, a share and a range back as they were written', () => {
    const whole = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(whole, whole, (one, other) => {
        expect(duration.parse(`${one}ms`)).to.equal(one);
        expect(size.parse(`${one}KiB`)).to.equal(one * 1024);
        expect(share.parse(`${one / 10_000}%`)).to.be.closeTo(one / 1_000_000, 1e-12);
        const [from, to] = [1 + (Math.min(one, other) % 65_535), 65_535];
        expect(portRange.parse(`${from}-${to}`)).to.deep.equal({ from, to });
      }),
    );
  });
});

function accepts(format: Format<unknown, Unit>, cases: readonly (readonly [Raw, unknown])[]): void {
  it(`read the kind "${format.name}"`, () => {
    for (const [raw, value] of cases) {
      expect(format.parse(raw), JSON.stringify(raw)).to.deep.equal(value);
    }
  });
}

function rejects(format: Format<unknown, Unit>, cases: readonly Raw[]): void {
  it(`reject what is not of the kind "${format.name}"`, () => {
    for (const raw of cases) {
      expect(() => format.parse(raw), JSON.stringify(raw)).to.throw(FormatError);
    }
  });
}

function suggestionOf(format: Format<unknown, Unit>, raw: Raw): string | undefined {
  try {
    format.parse(raw);
  } catch (error) {
    if (error instanceof FormatError) return error.suggestion;
  }
  return undefined;
}
