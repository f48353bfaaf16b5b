import { createHash } from 'node:crypto';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { ReceivedBody } from '../../../../lib/mirror/request/body.ts';
import { copyHeaders } from '../../../../lib/mirror/request/copy-headers.ts';
import { failureOf } from '../../../../lib/mirror/request/requester.ts';
import { BaselinePlan } from '../../../../lib/mirror/worker/baseline.ts';
import { Breaker } from '../../../../lib/mirror/worker/breaker.ts';
import { CopyQueue } from '../../../../lib/mirror/worker/queue.ts';
import { ByteBudget } from '../../../../lib/model/byte-budget.ts';
import { exchangeOf } from '../../../support/mirror-kit.ts';

const never = () => 0.999;

const bodyLimits = () => ({
  keepBytes: 40,
  cutBytes: 100,
  expectedBytes: 0,
  budget: new ByteBudget(100),
});

const COPY_RULES = { header: 'X-Vili-Mirror', token: '', headers: [] };

describe('breaker', () => {
  const settings = { failures: 3, backoff: { minMs: 100, maxMs: 300 } };

  it('opens after failures in a row, probes with growing waits, closes on an answer', () => {
    let nowMs = 0;
    const breaker = new Breaker(settings, () => nowMs);
    breaker.failed(false);
    breaker.succeeded();
    expect([1, 2, 3].map(() => breaker.failed(false))).to.deep.equal([false, false, true]);
    for (const waitMs of [100, 200, 300, 300]) {
      nowMs += waitMs - 1;
      expect(breaker.admit()).to.equal('drop');
      nowMs += 1;
      expect([breaker.admit(), breaker.admit()]).to.deep.equal(['probe', 'drop']);
      breaker.failed(false);
      expect(breaker.admit(), 'a late failure is not the probe').to.equal('drop');
      breaker.failed(true);
    }
    nowMs += 300;
    expect(breaker.admit()).to.equal('probe');
    breaker.abandoned();
    expect(breaker.admit()).to.equal('probe');
    breaker.succeeded();
    expect([breaker.admit(), breaker.admit()]).to.deep.equal(['send', 'send']);
  });
});

describe('control plan', () => {
  const isBusy = () => false;

  it('asks for the first 20 pairs of an endpoint, then for a share', () => {
    const randoms = [0.05, 0.5, 0.2];
    let drawn = 0;
    const random = () => randoms[drawn++ % 3] ?? 1;
    const plan = new BaselinePlan({ share: 0.1, maxEndpoints: 10, random, isBusy });
    const wanted = Array.from({ length: 50 }, () => plan.wanted('GET /a'));
    expect(wanted.slice(0, 20)).to.not.include(false);
    expect(wanted.slice(20).filter(Boolean)).to.have.length(10);
    expect(plan.wanted('GET /b')).to.equal(true);
  });

  it('always asks where testing differs and running does not, not where both do', () => {
    for (const isNoisy of [false, true]) {
      const plan = new BaselinePlan({ share: 0.1, maxEndpoints: 10, random: never, isBusy });
      for (let pair = 0; pair < 40; pair++) {
        const control = plan.wanted('GET /a') ? isNoisy : null;
        plan.learn('GET /a', true, control);
      }
      const asked = Array.from({ length: 100 }, () => {
        const wanted = plan.wanted('GET /a');
        plan.learn('GET /a', true, wanted ? isNoisy : null);
        return wanted;
      }).filter(Boolean).length;
      if (isNoisy) expect(asked).to.be.below(60);
      else expect(asked).to.equal(100);
    }
  });

  it('leaves running alone while it is slow or Vili is busy, and says so', () => {
    let busy = false;
    const plan = new BaselinePlan({
      share: 0.1,
      maxEndpoints: 10,
      random: () => 0,
      isBusy: () => busy,
    });
    const asked = (pairs: number, ms: number) =>
      Array.from({ length: pairs }, () => {
        plan.observeRunning('GET /a', ms);
        return plan.wanted('GET /a');
      }).filter(Boolean).length;
    expect(asked(200, 20)).to.equal(200);
    expect(asked(100, 90)).to.be.below(40);
    expect(asked(20, 90)).to.equal(0);
    const { slow } = plan.takePaused();
    expect(slow).to.be.within(80, 120);
    asked(60, 20);
    expect(asked(20, 20)).to.equal(20);
    busy = true;
    plan.takePaused();
    expect(asked(10, 20)).to.equal(0);
    expect(plan.takePaused()).to.deep.equal({ slow: 0, busy: 10 });
  });

  it('asks nothing with a share of 0, and keeps its table bounded', () => {
    const off = new BaselinePlan({ share: 0, maxEndpoints: 10, random: never, isBusy });
    expect(off.wanted('GET /a')).to.equal(false);
    const plan = new BaselinePlan({ share: 0.1, maxEndpoints: 1, random: never, isBusy });
    expect([plan.wanted('GET /a'), plan.wanted('GET /b')]).to.deep.equal([true, false]);
  });
});

describe('copy headers', () => {
  it('leave out what belongs to the connection, and any forged mark', () => {
    const headers = ['Host', 'h', 'Connection', 'close', 'TE', 'trailers', 'X-VILI-MIRROR', 'no'];
    expect(copyHeaders(headers, 'id', COPY_RULES, 'control')).to.deep.equal([
      'Host',
      'h',
      'X-Request-Id',
      'id',
      'X-Vili-Mirror',
      'control',
    ]);
  });
});

describe('copy queue', () => {
  it('is first in, first out, and bounded in number and bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer({ min: 1, max: 40 }))), (steps) => {
        const queue = new CopyQueue({ count: 5, bytes: 100 });
        const model: { exchange: ReturnType<typeof exchangeOf>; bytes: number }[] = [];
        for (const bytes of steps) {
          const held = model.reduce((sum, copy) => sum + copy.bytes, 0);
          if (bytes === null) {
            expect(queue.shift()).to.equal(model.shift());
          } else {
            const isRoom = model.length < 5 && held + bytes <= 100;
            expect(queue.hasRoom(bytes)).to.equal(isRoom);
            const copy = { exchange: exchangeOf(), bytes };
            if (isRoom) queue.push(copy);
            if (isRoom) model.push(copy);
          }
          expect(queue.length).to.equal(model.length);
        }
        expect(queue.clear()).to.equal(model.length);
        expect(queue.shift()).to.equal(undefined);
      }),
    );
  });
});

describe('received body', () => {
  it('is given up at the head when its length is over the limit', () => {
    const body = new ReceivedBody(bodyLimits());
    expect([body.announce(Number.NaN), body.announce(100), body.announce(101)]).to.deep.equal([
      true,
      true,
      false,
    ]);
    const cut = { bytes: null, length: 101, digest: null, cut: true, extraBytes: 0 };
    expect(body.result()).to.deep.equal(cut);
  });

  it('is kept, then hashed, then cut', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 })), (parts) => {
        const body = new ReceivedBody(bodyLimits());
        const whole = Buffer.concat(parts);
        const goOn = parts.every((part) => body.add(Buffer.from(part)));
        expect(goOn).to.equal(whole.length <= 100);
        const { bytes, digest, cut, length } = body.result();
        expect(cut).to.equal(!goOn);
        if (cut) return;
        expect(length).to.equal(whole.length);
        if (whole.length <= 40) expect(bytes?.equals(whole)).to.equal(true);
        else expect(digest).to.equal(createHash('sha1').update(whole).digest('hex'));
      }),
    );
  });
});

describe('received bodies that are larger than expected', () => {
  it('share a room, are given up without it, and leave nothing in it', () => {
    const part = fc.record({ of: fc.nat(4), size: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const room = new ByteBudget(100);
        const limits = { keepBytes: 60, cutBytes: 80, expectedBytes: 10, budget: room };
        const bodies = Array.from({ length: 5 }, () => new ReceivedBody(limits));
        const over = new Set<number>();
        for (const { of, size } of parts) {
          const isFull = room.takenBytes + size > 100;
          if (over.has(of) || bodies[of]?.add(Buffer.alloc(size)) !== false) continue;
          over.add(of);
          const { cut, length } = bodies[of].result();
          expect(cut).to.equal(true);
          expect(isFull || length > 80).to.equal(true);
        }
        const results = bodies.map((body) => body.result());
        const extra = results.map(({ bytes }) => Math.max(0, (bytes?.length ?? 0) - 10));
        expect(results.map(({ extraBytes }) => extraBytes)).to.deep.equal(extra);
        for (const { extraBytes } of results) room.giveBack(extraBytes);
        expect(room.takenBytes).to.equal(0);
      }),
    );
  });
});

describe('failure', () => {
  it('is named after the error', () => {
    const kinds: [string, string][] = [
      ['ECONNREFUSED', 'refused'],
      ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
      ['ECONNRESET', 'reset'],
      ['UND_ERR_SOCKET', 'closed'],
      ['UND_ERR_HEADERS_OVERFLOW', 'malformed'],
      ['UND_ERR_INVALID_ARG', 'unsendable'],
      ['UNHEARD_OF', 'closed'],
    ];
    for (const [code, kind] of kinds) {
      expect(failureOf(Object.assign(new Error('x'), { code }), false)).to.equal(kind);
    }
    expect(failureOf('thrown text', false)).to.equal('closed');
  });
});
