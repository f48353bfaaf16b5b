import { createHash } from 'node:crypto';
import { expect } from 'chai';
import * as fc from 'fast-check';
import { ReceivedBody } from '../../../../lib/mirror/request/body.ts';
import { ByteBudget } from '../../../../lib/model/byte-budget.ts';

const bodyLimits = () => ({
  keepBytes: 40,
  cutBytes: 100,
  expectedBytes: 0,
  budget: new ByteBudget(100),
});

describe('A received body', () => {
  it('is given up at the head when its Content-Length is over the limit', () => {
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

describe('Received bodies that are larger than expected', () => {
  it('share a budget, are given up beyond it, and leave none of it taken', () => {
    const part = fc.record({ of: fc.nat(4), size: fc.integer({ min: 1, max: 30 }) });
    fc.assert(
      fc.property(fc.array(part), (parts) => {
        const budget = new ByteBudget(100);
        const limits = { keepBytes: 60, cutBytes: 80, expectedBytes: 10, budget };
        const bodies = Array.from({ length: 5 }, () => new ReceivedBody(limits));
        const over = new Set<number>();
        for (const { of, size } of parts) {
          const isFull = budget.takenBytes + size > 100;
          if (over.has(of) || bodies[of]?.add(Buffer.alloc(size)) !== false) continue;
          over.add(of);
          const { cut, length } = bodies[of].result();
          expect(cut).to.equal(true);
          expect(isFull || length > 80).to.equal(true);
        }
        const results = bodies.map((body) => body.result());
        const extra = results.map(({ bytes }) => Math.max(0, (bytes?.length ?? 0) - 10));
        expect(results.map(({ extraBytes }) => extraBytes)).to.deep.equal(extra);
        for (const { extraBytes } of results) budget.giveBack(extraBytes);
        expect(budget.takenBytes).to.equal(0);
      }),
    );
  });
});
