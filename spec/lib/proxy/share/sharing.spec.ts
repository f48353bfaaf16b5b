import { expect } from 'chai';
import fc from 'fast-check';
import { placeOf, Sharing } from '../../../../lib/proxy/share/sharing.ts';
import { UpstreamPool } from '../../../../lib/proxy/upstream/pool.ts';
import { DEFAULT_PROXY_SETTINGS } from '../../../support/default-settings.ts';

const TARGET = { instance: 'shop-2/1_running', host: '127.0.0.1', port: 9 };
const COOKIE = { kind: 'cookie', name: 'sid' } as const;
const LIMITS = { ...DEFAULT_PROXY_SETTINGS.upstream, maxHeaderBytes: 65_536 };

function sharing(size: number, salt: string, key: typeof COOKIE | null = null): Sharing {
  return new Sharing({ target: TARGET, size, salt, key }, new UpstreamPool(TARGET, LIMITS));
}

function addresses(count: number): string[] {
  return Array.from({ length: count }, (_, n) => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
}

/** Those of the clients that are in the share. */
function within(size: number, salt: string, clients: readonly string[]): ReadonlySet<string> {
  const one = sharing(size, salt);
  return new Set(clients.filter((address) => one.poolOf([], address) !== null));
}

describe('a share of the users', () => {
  it('has a client always or never, and keeps it when the share grows', () => {
    const size = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.string(), fc.string(), size, size, (salt, client, one, other) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        const isIn = (of: number): boolean => sharing(of, salt).poolOf([], client) !== null;
        expect(isIn(small)).to.equal(isIn(small));
        if (isIn(small)) expect(isIn(large)).to.equal(true);
        const place = placeOf({ salt, key: null }, [], client);
        expect(place).to.be.within(0, 1).and.not.equal(1);
      }),
      { numRuns: 1000 },
    );
  });

  it('is as large as it should be, of addresses that follow on each other, too', () => {
    const clients = addresses(20_000);
    for (const salt of ['', 'a', 'b4f2c1e0-0000', 'z'.repeat(36)]) {
      for (const size of [0.01, 0.05, 0.25, 0.5]) {
        const share = within(size, salt, clients).size / clients.length;
        // Six standard deviations.
        const slack = 6 * Math.sqrt((size * (1 - size)) / clients.length);
        expect(share, `${size} with ${salt}`).to.be.within(size - slack, size + slack);
      }
    }
  });

  it('has other clients with another salt: chance decides anew', () => {
    const clients = addresses(20_000);
    const first = within(0.25, 'salt 1', clients);
    const second = within(0.25, 'salt 2', clients);
    const both = [...first].filter((client) => second.has(client)).length / clients.length;
    expect(both).to.be.within(0.0625 - 0.012, 0.0625 + 0.012);
  });

  it('goes by the cookie wherever the client comes from, and by the address without it', () => {
    const one = sharing(0.5, 'salt', COOKIE);
    const withCookie = ['Cookie', 'theme=dark; sid=abc'];
    const places = addresses(50).map((address) => one.poolOf(withCookie, address) !== null);
    expect(new Set(places).size).to.equal(1);
    const without = addresses(50).map((address) => one.poolOf(['Cookie', 'theme=dark'], address));
    expect(new Set(without).size).to.equal(2);
  });

  it('takes no value for an address', () => {
    const salt = 'salt';
    const value = placeOf({ salt, key: COOKIE }, ['Cookie', 'sid=10.0.0.1'], '10.0.0.9');
    expect(value).not.to.equal(placeOf({ salt, key: COOKIE }, [], '10.0.0.1'));
  });

  it('names a client without the value of its cookie', () => {
    const one = sharing(0.5, 'salt', COOKIE);
    const name = one.clientOf(['Cookie', 'sid=secret'], '10.0.0.1');
    expect(name)
      .to.match(/^client 0\.\d+/)
      .and.not.contain('secret');
    expect(one.clientOf(['Cookie', 'sid=secret'], '10.0.0.2')).to.equal(name);
    expect(one.clientOf([], '10.0.0.2')).to.equal('10.0.0.2');
  });
});
