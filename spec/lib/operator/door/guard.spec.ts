import type { IncomingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import fc from 'fast-check';
import { ViliError } from '../../../../lib/errors.ts';
import { Guard, type GuardOptions } from '../../../../lib/operator/server/door/guard.ts';

const TOKEN = 'abcdefgh-01234567';
const WITH_TOKEN = { host: '127.0.0.1:9600', authorization: `Bearer ${TOKEN}` };
const WITHOUT = { host: '127.0.0.1:9600' };

describe('The guard of the API over TCP', () => {
  it('trusts who has the token, whatever the name of the host', () => {
    const { enter } = guard();
    for (const host of ['127.0.0.1:9600', 'vili.example.org']) {
      expect(enter({ ...WITH_TOKEN, host })).to.include({ isTrusted: true });
    }
  });

  it('refuses a wrong token, also where none is needed, and any where none is set', () => {
    const { enter } = guard();
    for (const wrong of [`Bearer ${TOKEN}x`, TOKEN, `Basic ${TOKEN}`, 'Bearer', 'Bearer  ', '']) {
      expect(enter({ ...WITHOUT, authorization: wrong }), wrong).to.equal(401);
    }
    const open = guard({ token: '' });
    expect(open.enter({ ...WITHOUT, authorization: 'Bearer ' })).to.equal(401);
    expect(open.enter(WITHOUT)).to.include({ isTrusted: false });
  });

  it('lets strangers in on a loopback address only, and trusts none of them', () => {
    expect(guard().enter(WITHOUT)).to.include({ isTrusted: false });
    expect(guard({ isLoopback: false }).enter(WITHOUT)).to.equal(401);
  });

  it('refuses a name that somebody else has resolved to this host (DNS rebinding)', () => {
    const { enter } = guard();
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example',
      undefined,
      '',
    ]) {
      expect(enter(host === undefined ? {} : { host }), host).to.equal(421);
    }
    for (const host of ['localhost', 'localhost:9600', '[::1]:9600', '127.0.0.1']) {
      expect(enter({ host }), host).to.include({ isTrusted: false });
    }
  });

  it('refuses pages of another origin, with and without the token', () => {
    const { enter } = guard();
    for (const base of [WITHOUT, WITH_TOKEN]) {
      for (const origin of [
        'http://evil.example',
        'null',
        'https://127.0.0.1:9600',
        'http://127.0.0.1',
      ]) {
        expect(enter({ ...base, origin }), origin).to.equal(403);
      }
      expect(enter({ ...base, 'sec-fetch-site': 'cross-site' })).to.equal(403);
      expect(enter({ ...base, 'sec-fetch-site': 'same-site' })).to.equal(403);
      expect(
        enter({ ...base, origin: 'http://127.0.0.1:9600', 'sec-fetch-site': 'same-origin' }),
      ).to.be.an('object');
    }
  });

  it('makes an address that guesses wait, and no other one', () => {
    const world = guard();
    const guesses = Array.from({ length: 30 }, () =>
      world.enter({ ...WITHOUT, authorization: 'Bearer x' }),
    );
    expect(guesses.filter((status) => status === 401)).to.have.length(10);
    expect(world.enter(WITH_TOKEN), 'even with the token').to.equal(429);
    expect(world.enter(WITH_TOKEN, '10.0.0.2')).to.include({ isTrusted: true });
    world.pass(6000);
    expect(world.enter(WITH_TOKEN)).to.include({ isTrusted: true });
  });

  it('bounds the requests of all, and goes on with the next second', () => {
    const world = guard();
    const first = Array.from({ length: 250 }, () => world.enter(WITHOUT));
    expect(first.filter((it) => it === 429)).to.have.length(50);
    world.pass(1000);
    const second = Array.from({ length: 60 }, () => world.enter(WITHOUT));
    expect(second.filter((it) => it === 429)).to.have.length(10);
  });

  it('lets ten pages be loaded at once, which take nothing from the API, and bounds them too', () => {
    const world = guard();
    const files = Array.from({ length: 10 * 70 }, () => world.look(WITHOUT));
    expect(files.filter((it) => it !== 200)).to.deep.equal([]);
    expect(world.enter(WITHOUT)).to.include({ isTrusted: false });
    const more = Array.from({ length: 2000 }, () => world.look(WITHOUT));
    expect(more.at(-1)).to.equal(429);
    expect(world.enter(WITHOUT)).to.include({ isTrusted: false });
    world.pass(1000);
    expect(world.look(WITHOUT)).to.equal(200);
  });

  it('never trusts anything but the token, and throws nothing but refusals', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(TOKEN, 'localhost', `Bearer ${TOKEN.slice(1)}`),
    );
    const headers = fc.record(
      { host: value, origin: value, authorization: value },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(headers, (given) => {
        const found = guard().enter(given);
        if (typeof found === 'object')
          expect(found.isTrusted).to.equal(
            /^Bearer +abcdefgh-01234567$/i.test(given.authorization ?? ''),
          );
      }),
    );
  });

  it('lets a link lead to the page from anywhere, but no page elsewhere read it, nor a name that was rebound', () => {
    const statusOf = (headers: IncomingHttpHeaders, isLoopback = true): number => {
      const guard = new Guard({ token: 'x'.repeat(16), isLoopback, scheme: 'http', now: () => 0 });
      try {
        guard.look(headers);
        return 200;
      } catch (error) {
        return error instanceof ViliError ? error.httpStatus : 500;
      }
    };
    const host = '127.0.0.1:9600';
    const elsewhere = { host, 'sec-fetch-site': 'cross-site' };
    expect(statusOf({ host })).to.equal(200);
    expect(statusOf({ ...elsewhere, 'sec-fetch-mode': 'navigate' })).to.equal(200);
    expect(statusOf(elsewhere)).to.equal(403);
    expect(
      statusOf({ ...elsewhere, 'sec-fetch-mode': 'navigate', origin: 'http://evil.example' }),
    ).to.equal(403);
    expect(statusOf({ host: 'evil.example' })).to.equal(421);
    // Where nothing is to be had without the token anyway, the name is that of the host.
    expect(statusOf({ host: 'vili.example' }, false)).to.equal(200);
  });
});

// Private

function guard(options: Partial<GuardOptions> = {}) {
  let nowMs = 0;
  const made = new Guard({
    token: TOKEN,
    isLoopback: true,
    scheme: 'http',
    now: () => nowMs,
    ...options,
  });
  return {
    pass: (ms: number) => (nowMs += ms),
    /** 200, or the status of the refusal. */
    look: (headers: IncomingHttpHeaders) => {
      try {
        made.look(headers);
        return 200;
      } catch (error) {
        if (error instanceof ViliError) return error.httpStatus;
        throw error;
      }
    },
    /** Who was let in, or the status of the refusal. */
    enter: (headers: IncomingHttpHeaders, address = '10.0.0.1') => {
      try {
        return made.enter(headers, address);
      } catch (error) {
        if (error instanceof ViliError) return error.httpStatus;
        throw error;
      }
    },
  };
}
