import { expect } from 'chai';
import * as fc from 'fast-check';
import { createEndpoints } from '../../../../lib/compare/endpoint/endpoints.ts';

const settings = { routes: [], maxEndpoints: 500 };

describe('the endpoint learner', () => {
  const TEMPLATES: [string, string][] = [
    ['/', '/'],
    ['/items', '/items'],
    ['/items/42', '/items/{id}'],
    ['/items/42?x=/a/b#c', '/items/{id}'],
    ['/users/550e8400-e29b-41d4-a716-446655440000/orders', '/users/{id}/orders'],
    ['/u/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/u/{id}'],
    ['/commit/3f2a1bc9', '/commit/{id}'],
    ['/commit/3f2a1bc', '/commit/3f2a1bc'],
    ['/day/2024-01-31', '/day/{id}'],
    ['/day/2024-01-31T10:00:00Z', '/day/{id}'],
    ['/mail/ann%40example.org', '/mail/{id}'],
    ['/mail/ann@example.org', '/mail/{id}'],
    ['/token/dGhpcyBpcyBhIHNlY3JldCB0b2tlbg==', '/token/{id}'],
    ['/token/eyJhbGciOiJIUzI1NiJ9abcDEF', '/token/{id}'],
    ['/customer-notification-settings', '/customer-notification-settings'],
    ['/api/v2/things.json', '/api/v2/things.json'],
    ['/api/v2/42.json', '/api/v2/{id}.json'],
    ['/static/app.3f2a1bc9.js', '/static/app.{id}.js'],
    ['/a//b/', '/a//b/'],
    ['/cart;jsessionid=AB12/items', '/cart/items'],
    [`/long/${'x-'.repeat(40)}`, '/long/{id}'],
  ];

  for (const [path, template] of TEMPLATES) {
    it(`gives ${path.slice(0, 50)} the template ${template}`, () => {
      expect(createEndpoints(settings).endpointOf('GET', path)).to.equal(`GET ${template}`);
    });
  }

  it('makes one endpoint of a thousand users and orders', () => {
    const endpoints = createEndpoints(settings);
    for (let user = 0; user < 1000; user++) {
      endpoints.endpointOf('GET', `/users/${user}/orders/${crypto.randomUUID()}`);
    }
    expect(endpoints.size()).to.equal(1);
  });

  it('collapses a position with too many values and keeps frequent names', () => {
    const endpoints = createEndpoints(settings);
    for (let hit = 0; hit < 50; hit++) endpoints.endpointOf('GET', '/shop/basket');
    const words = Array.from(
      { length: 200 },
      (_, index) =>
        `word${'abcdefghij'[index % 10]}-${'k'.repeat(index % 40)}-${'m'.repeat(index % 7)}`,
    );
    for (const word of words) endpoints.endpointOf('GET', `/shop/${word}`);
    expect(endpoints.endpointOf('GET', '/shop/never-seen')).to.equal('GET /shop/{id}');
    expect(endpoints.endpointOf('GET', '/shop/basket')).to.equal('GET /shop/basket');
  });

  it('prefers the routes of the settings', () => {
    const routes = ['GET /users/{name}', '/files/*', 'POST /users/{name}/lock'];
    const endpoints = createEndpoints({ ...settings, routes });
    expect(endpoints.endpointOf('GET', '/users/ann?x=1')).to.equal('GET /users/{name}');
    expect(endpoints.endpointOf('PUT', '/users/ann')).to.equal('PUT /users/ann');
    expect(endpoints.endpointOf('PUT', '/files/a/b/c')).to.equal('PUT /files/*');
    expect(endpoints.endpointOf('POST', '/users/7/lock')).to.equal('POST /users/{name}/lock');
    expect(endpoints.endpointOf('GET', '/users/')).to.equal('GET /users/');
  });

  it('takes the first matching route, even with a parameter in part of a segment', () => {
    const routes = [
      'GET /r/{name}.{format}',
      'GET /r/{id}',
      '/r/top',
      '/u/{id}:lock',
      '/{a}-{b}/x',
    ];
    const endpoints = createEndpoints({ ...settings, routes });
    expect(endpoints.endpointOf('GET', '/r/sales.pdf')).to.equal('GET /r/{name}.{format}');
    expect(endpoints.endpointOf('GET', '/r/.pdf')).to.equal('GET /r/{id}');
    expect(endpoints.endpointOf('GET', '/r/top')).to.equal('GET /r/{id}');
    expect(endpoints.endpointOf('PUT', '/r/top')).to.equal('PUT /r/top');
    expect(endpoints.endpointOf('GET', '/u/7:lock')).to.equal('GET /u/{id}:lock');
    expect(endpoints.endpointOf('GET', '/a--b/x')).to.equal('GET /{a}-{b}/x');
    expect(endpoints.endpointOf('GET', '/a-/x')).to.equal('GET /a-/x');
  });

  it('finds one of thousands of routes as fast as one of a few', () => {
    const named = Array.from({ length: 2000 }, (_, index) => `GET /api/thing${index}/{id}`);
    const endpoints = createEndpoints({ ...settings, routes: [...named, '/{a}-{b}-{c}/x'] });
    const started = process.cpuUsage().user;
    for (let hit = 0; hit < 20_000; hit++) endpoints.endpointOf('GET', `/api/thing1999/${hit}`);
    endpoints.endpointOf('GET', `/${'-'.repeat(60_000)}/y`);
    expect(process.cpuUsage().user - started).to.be.below(500_000);
  });

  it('stays bounded under random paths and calls the rest (other)', () => {
    const endpoints = createEndpoints({ ...settings, maxEndpoints: 50 });
    const names = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST'),
        fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { maxLength: 20 }),
        (method, segments) => {
          names.add(endpoints.endpointOf(method, `/${segments.join('/')}`));
        },
      ),
      { numRuns: 5000 },
    );
    expect(endpoints.size()).to.be.at.most(50);
    expect(names.size).to.be.at.most(52);
    expect([...names]).to.include('GET (other)');
  });

  it('accepts any path and any method', () => {
    const endpoints = createEndpoints(settings);
    fc.assert(
      fc.property(fc.string(), fc.string(), (method, path) => {
        expect(endpoints.endpointOf(method, path)).to.be.a('string');
      }),
    );
  });

  it('keeps up with 100,000 random paths', function () {
    this.timeout(20_000);
    const endpoints = createEndpoints(settings);
    for (let index = 0; index < 100_000; index++) {
      endpoints.endpointOf('GET', `/${scattered(index)}/${scattered(index + 1)}`);
    }
    expect(endpoints.size()).to.be.at.most(500);
  });
});

// Private

/** A text that looks random, the same in every run. */
function scattered(index: number): string {
  return (Math.imul(index, 2_654_435_761) >>> 0).toString(36);
}
