import { expect } from 'chai';
import { Breaker } from '../../../../lib/mirror/worker/breaker.ts';

describe('A breaker', () => {
  const settings = { failures: 3, backoff: { minMs: 100, maxMs: 300 } };

  it('opens after failures in a row, probes with growing waits, closes on a response', () => {
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
