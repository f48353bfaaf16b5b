import { expect } from 'chai';
import { usersHost } from '../../../../lib/compare/address/site.ts';
import type { ResponseContent } from '../../../../lib/compare/pair.ts';
import { foundBetween as between, typed } from '../../../support/contents.ts';

const SITE = { users: 'shop.example', ports: [7001, 7002] };

describe('addresses in responses', () => {
  const INNER: readonly (readonly [header: string, ours: string, theirs: string])[] = [
    ['Location', '/login', 'http://localhost:7002/login'],
    ['Location', 'https://shop.example/login', 'http://127.0.0.1:7002/login'],
    ['Location', 'http://shop.example/login', 'http://shop.example:7002/login'],
    ['Location', 'https://id.example/login', 'https://other.example/login'],
    ['Content-Location', '/a', '//[::1]:7002/a'],
    ['Link', '</a>; rel=next', '<http://localhost:7002/a>; rel=next'],
    ['Refresh', '0; url=/a', '0; url=http://localhost:7002/a'],
    ['Set-Cookie', 'id=1; Path=/', 'id=2; Domain=localhost; Path=/'],
  ];
  for (const [header, ours, theirs] of INNER) {
    it(`count as another type in ${header}: ${theirs} for ${ours}`, () => {
      const found = foundBetween(redirect(header, ours), redirect(header, theirs));
      expect(found.differs).to.equal(true);
      expect(found.differences[0]?.kind).to.equal('type');
      expect(found.differences[0]?.path).to.contain(header.toLowerCase());
    });
  }

  it('say nothing where each servlet of one build writes its own, or names its users otherwise', () => {
    for (const [ours, theirs] of [
      ['http://localhost:7001/login', 'http://localhost:7002/login'],
      ['/login', 'https://shop.example/login'],
      ['http://shop.example:80/login', 'http://SHOP.example/login'],
    ] as const) {
      const headers = { headers: ['location'] };
      const found = foundBetween(redirect('Location', ours), redirect('Location', theirs), headers);
      expect(found.differs, theirs).to.equal(false);
    }
    const own = (port: number) => redirect('Location', `http://localhost:${port}/a`);
    expect(foundBetween(own(7001), own(7002), { headers: ['location'] }).differences).to.deep.equal(
      [],
    );
  });

  it('count a redirect that leads nowhere', () => {
    const found = foundBetween(redirect('Location', '/a'), redirect('X-Other', '/a'));
    expect(found.differences).to.deep.equal([{ kind: 'missing', path: 'location', running: '/a' }]);
  });

  it('count in bodies of every kind', () => {
    const body = (type: string, text: string) => typed(type, text);
    for (const [type, write] of [
      ['application/json', (url: string) => `{"next":"${url}"}`],
      ['text/html', (url: string) => `<h1>x</h1><form action="${url}"><input name=q></form>`],
      ['text/html', (url: string) => `<h1>x</h1><a href="${url}">next</a>`],
      ['text/plain', (url: string) => `next is ${url}`],
    ] as const) {
      const running = body(type, write('https://shop.example/items'));
      const inner = foundBetween(running, body(type, write('http://localhost:7002/items')));
      expect(inner.differs, type).to.equal(true);
      const own = foundBetween(
        body(type, write('http://localhost:7001/items')),
        body(type, write('http://localhost:7002/items')),
      );
      expect(own.differences, type).to.deep.equal([]);
    }
  });

  it('take the users host from what the first proxy saw', () => {
    expect(usersHost(['Host', 'Shop.example:443'])).to.equal('shop.example');
    expect(
      usersHost(['Host', '10.0.0.7:8080', 'X-Forwarded-Host', 'shop.example, proxy']),
    ).to.equal('shop.example');
    expect(usersHost([])).to.equal('');
  });
});

// Private

function foundBetween(running: ResponseContent, testing: ResponseContent, change = {}) {
  return between(running, testing, change, SITE);
}

function redirect(name: string, value: string): ResponseContent {
  return { ...typed('', '', { status: 302 }), headers: [name, value] };
}
