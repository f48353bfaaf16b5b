import { expect } from 'chai';
import * as fc from 'fast-check';
import { createEndpoints, type Endpoints } from '../../../../lib/compare/endpoint/endpoints.ts';

interface Look {
  readonly status?: number;
  readonly kind?: string;
  readonly bytes?: number;
  readonly ms?: number;
}

const settings = { routes: [], maxEndpoints: 500 };

function learn(endpoints: Endpoints, path: string, look: Look = {}, method = 'GET'): string {
  const { status = 200, kind = 'text/html', bytes = 8000, ms = 10 } = look;
  return endpoints.learn({ method, path, operation: '' }, { status, kind, bytes, ms });
}

/** A number between 0 and 1 that looks random, the same in every run. */
function scattered(index: number): number {
  return (Math.imul(index + 1, 2_654_435_761) >>> 0) / 2 ** 32;
}

/** What `path` is called after requests to `paths` in turn, each with its look. */
function nameAfter(
  count: number,
  looks: Readonly<Record<string, (index: number) => Look>>,
  path: string,
): string {
  const endpoints = createEndpoints(settings);
  const all = Object.entries(looks);
  for (let index = 0; index < count; index++) {
    const [target, look] = all[index % all.length] ?? [];
    learn(endpoints, target ?? '', look?.(index));
  }
  return endpoints.endpointOf('GET', path);
}

/** Sizes of the pages of a wiki: different, but no size tells what was done. */
const page = (index: number): Look => ({ bytes: 4000 + 12_000 * scattered(index) });

describe('Requests of one path', () => {
  it('are told apart by a parameter that explains the kind, the status or the size of a response', () => {
    const wiki = {
      '/doku.php?id=start': page,
      '/doku.php?id=other': page,
      '/doku.php?id=start&do=export': () => ({ kind: 'text/plain', bytes: 900 }),
    };
    expect(nameAfter(80, wiki, '/doku.php?id=x&do=export')).to.equal('GET /doku.php?do=export');
    expect(nameAfter(80, wiki, '/doku.php?id=x')).to.equal('GET /doku.php');
    const denied = { '/admin?action=list': page, '/admin?action=drop': () => ({ status: 403 }) };
    expect(nameAfter(60, denied, '/admin?action=drop')).to.equal('GET /admin?action=drop');
    const sized = {
      '/index.php?page=home': (index: number) => ({ bytes: 9000 + 50 * scattered(index) }),
      '/index.php?page=about': (index: number) => ({ bytes: 2000 + 50 * scattered(index) }),
    };
    expect(nameAfter(60, sized, '/index.php?page=about')).to.equal('GET /index.php?page=about');
    const slow = { '/x?do=show': () => ({ ms: 3 }), '/x?do=search': () => ({ ms: 90 }) };
    expect(nameAfter(60, slow, '/x?do=search')).to.equal('GET /x?do=search');
  });

  it('are told apart by a name that says nothing only where it explains nearly everything', () => {
    const kinds = {
      '/report?as=page': page,
      '/report?as=sheet': () => ({ kind: 'text/csv', bytes: 300 }),
    };
    expect(nameAfter(200, kinds, '/report?as=sheet')).to.equal('GET /report?as=sheet');
    expect(
      nameAfter(200, { '/list?colour=red': page, '/list?colour=blue': page }, '/list?colour=red'),
    ).to.equal('GET /list');
  });

  it('are one endpoint where the parameter names a thing, a number, a user or a key', () => {
    for (const [name, values] of [
      ['id', ['start', 'other']],
      ['q', ['bread', 'wine']],
      ['page', ['1', '2']],
      ['token', ['alpha', 'beta']],
      ['session_key', ['alpha', 'beta']],
    ] as const) {
      const [one, two] = values.map((value) => `/things?${name}=${value}`);
      const looks = { [one ?? '']: () => ({ bytes: 100 }), [two ?? '']: () => ({ bytes: 90_000 }) };
      expect(nameAfter(400, looks, one ?? ''), name).to.equal('GET /things');
    }
  });

  it('are one endpoint where a parameter has many values', () => {
    const endpoints = createEndpoints(settings);
    for (let index = 0; index < 2000; index++) {
      learn(endpoints, `/shop?view=v${'abcdefghij'[index % 10]}${'klmnop'[index % 6]}`, {
        bytes: (index % 30) * 1000,
      });
    }
    expect(endpoints.endpointOf('GET', '/shop?view=vak')).to.equal('GET /shop');
  });

  it('are told apart by up to three parameters', () => {
    const endpoints = createEndpoints(settings);
    for (let index = 0; index < 400; index++) {
      const [option, view] = [index % 2 ? 'content' : 'users', index % 4 < 2 ? 'list' : 'edit'];
      learn(endpoints, `/i?option=${option}&view=${view}`, {
        kind: option === 'users' ? 'application/json' : 'text/html',
        status: view === 'edit' ? 403 : 200,
      });
    }
    expect(endpoints.endpointOf('GET', '/i?view=edit&option=users')).to.match(
      /^GET \/i\?(?:option=users&view=edit|view=edit&option=users)$/,
    );
  });

  it('keep 64 names of one parameter at most', () => {
    const endpoints = createEndpoints({ ...settings, routes: ['GET /x?do={do}'] });
    const words = Array.from(
      { length: 300 },
      (_, at) => `w${'abcdefghijklmnopqrst'[at % 20]}${'abcdefghijklmno'[Math.floor(at / 20)]}x`,
    );
    const names = new Set(words.map((word) => endpoints.endpointOf('GET', `/x?do=${word}`)));
    expect(names.size).to.be.at.most(65);
    expect(names).to.include('GET /x?do={do}');
  });

  it('follow the operator: each value of a parameter in a route is an endpoint', () => {
    const routes = [
      'GET /doku.php?do={do}',
      '/api/{version}/run?cmd=stop',
      '/doku.php',
      'POST /i?a={a}&b={b}',
    ];
    const endpoints = createEndpoints({ ...settings, routes });
    expect(endpoints.endpointOf('GET', '/doku.php?id=7&do=search')).to.equal(
      'GET /doku.php?do=search',
    );
    expect(endpoints.endpointOf('GET', '/doku.php?do=42')).to.equal('GET /doku.php?do={do}');
    expect(endpoints.endpointOf('GET', '/doku.php?do=media%3Amanager')).to.equal(
      'GET /doku.php?do=media:manager',
    );
    expect(endpoints.endpointOf('GET', '/doku.php?id=7')).to.equal('GET /doku.php');
    expect(endpoints.endpointOf('POST', '/doku.php?do=save')).to.equal('POST /doku.php');
    expect(endpoints.endpointOf('PUT', '/api/v1/run?cmd=stop')).to.equal(
      'PUT /api/{version}/run?cmd=stop',
    );
    expect(endpoints.endpointOf('PUT', '/api/v1/run?cmd=go')).to.equal('PUT /api/v1/run');
    expect(endpoints.endpointOf('POST', '/i?b=y&a=x')).to.equal('POST /i?a=x&b=y');
    expect(endpoints.endpointOf('POST', '/i?b=y')).to.equal('POST /i?b=y');
  });

  it('are told apart by the operation that they name', () => {
    const endpoints = createEndpoints({ ...settings, routes: ['POST /graphql'] });
    expect(endpoints.endpointOf('POST', '/graphql', 'Cart')).to.equal('POST /graphql#Cart');
    expect(endpoints.endpointOf('POST', '/rpc?x=1', 'eth_call')).to.equal('POST /rpc#eth_call');
    expect(endpoints.endpointOf('POST', '/graphql')).to.equal('POST /graphql');
    for (let index = 0; index < 500; index++)
      endpoints.endpointOf('POST', '/graphql', `Op${index}`);
    expect(endpoints.endpointOf('POST', '/graphql', 'Unheard')).to.equal(
      'POST /graphql#{operation}',
    );
  });

  it('stay within bounds and always have a name, whatever the queries', () => {
    const endpoints = createEndpoints({ ...settings, maxEndpoints: 60 });
    const names = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom('/a', '/b', '/c/7', '/d'),
        fc.array(
          fc.tuple(fc.constantFrom('do', 'action', 'x', 'id', '', '%', '__proto__'), fc.string()),
          { maxLength: 30 },
        ),
        fc.nat(5),
        (path, parameters, look) => {
          const query = parameters.map((it) => it.join('=')).join('&');
          const seen = { status: 200 + look, kind: `k${look}`, bytes: 10 ** look };
          names.add(learn(endpoints, `${path}?${query}`, seen));
        },
      ),
      { numRuns: 3000 },
    );
    expect(endpoints.size()).to.be.at.most(60);
    expect(names.size).to.be.at.most(61);
  });

  it('are learned although random paths with queries come in between', () => {
    const endpoints = createEndpoints({ ...settings, maxEndpoints: 5000 });
    for (let index = 0; index < 1000; index++) {
      learn(endpoints, `/scan-${scattered(index).toString(36).slice(2)}/x?a=b`);
      learn(endpoints, index % 2 ? '/x?do=show' : '/x?do=feed', {
        kind: index % 2 ? 'text/html' : 'text/xml',
      });
    }
    expect(endpoints.endpointOf('GET', '/x?do=feed')).to.equal('GET /x?do=feed');
  });
});
