import { expect } from 'chai';
import { assert, double, nat, property } from 'fast-check';
import {
  afterFailure,
  afterReady,
  NO_FAILURES,
  nextDelayMs,
} from '../../../../lib/servlet/health/backoff.ts';

const RANGE = { minMs: 500, maxMs: 60_000 };

describe('backoff', () => {
  it('doubles from the minimum delay to the maximum', () => {
    const delays = [1, 2, 3, 7, 8, 5000].map((consecutive) =>
      nextDelayMs({ ...RANGE, consecutive, random: () => 0.5 }),
    );
    expect(delays).to.deep.equal([500, 1000, 2000, 32_000, 60_000, 60_000]);
  });

  it('stays within 20 % of the doubled delay', () => {
    assert(
      property(nat(2000), double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (n, r) => {
        const delayMs = nextDelayMs({ ...RANGE, consecutive: n, random: () => r });
        const plainMs = nextDelayMs({ ...RANGE, consecutive: n, random: () => 0.5 });
        return delayMs >= plainMs * 0.8 - 1 && delayMs <= plainMs * 1.2 + 1;
      }),
    );
  });

  it('restarts only after a ready time of resetAfterMs', () => {
    const settings = { resetAfterMs: 60_000 };
    let state = afterFailure(NO_FAILURES, 0, settings);
    state = afterFailure(state, 10, settings);
    expect(state.consecutive).to.equal(2);
    state = afterFailure(afterReady(state, 100), 60_099, settings);
    expect(state.consecutive).to.equal(3);
    state = afterFailure(afterReady(afterReady(state, 100), 50_000), 60_100, settings);
    expect(state).to.deep.equal({ consecutive: 1, readySinceMs: null });
  });
});
