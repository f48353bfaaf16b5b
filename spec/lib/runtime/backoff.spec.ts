import { expect } from 'chai';
import * as fc from 'fast-check';
import { backoffMs, RestartBackoff } from '../../../lib/runtime/backoff.ts';

describe('a backoff', () => {
  it('doubles from the shortest pause to the longest', () => {
    const pauses = [0, 1, 2, 6, 7, 5000].map((n) => backoffMs({ minMs: 500, maxMs: 60_000 }, n));
    expect(pauses).to.deep.equal([500, 1000, 2000, 32_000, 60_000, 60_000]);
  });

  it('grows by its factor, and adds at most its jitter', () => {
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.nat(50), share, share, (earlier, jitter, random) => {
        const backoff = { minMs: 10, maxMs: 1000, factor: 3, jitter };
        const plainMs = Math.min(1000, 10 * 3 ** earlier);
        expect(backoffMs(backoff, earlier, random)).to.be.within(plainMs, plainMs * (1 + jitter));
      }),
    );
  });

  it('begins anew after something ran for long enough', () => {
    let nowMs = 0;
    const backoff = new RestartBackoff({ minMs: 100, maxMs: 300, quietMs: 1000 }, () => nowMs);
    backoff.started();
    expect([backoff.nextMs(), backoff.nextMs(), backoff.nextMs()]).to.deep.equal([100, 200, 300]);
    backoff.started();
    nowMs += 999;
    expect(backoff.nextMs()).to.equal(300);
    backoff.started();
    nowMs += 1000;
    expect(backoff.nextMs()).to.equal(100);
  });
});
