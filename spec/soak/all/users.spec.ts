import { expect } from 'chai';
import type { Failure } from '../kit/load-protocol.ts';
import { isExcused } from './users.ts';

const KILL = { version: 'shop-1.0.1', victim: 'running', fromMs: 1000, goneMs: 1010 } as const;

describe('A failed request of a soak is excused', () => {
  it('when it was in flight on a servlet as that was killed', () => {
    expect(isExcused(failure(900, 1020), [KILL])).to.equal(true);
    expect(isExcused(failure(1005, 1020), [{ ...KILL, victim: 'previous' }])).to.equal(true);
  });

  it('not when it began afterwards, had failed before, or the killed one had no users', () => {
    expect(isExcused(failure(1011, 1020), [KILL])).to.equal(false);
    expect(isExcused(failure(900, 990), [KILL])).to.equal(false);
    expect(isExcused(failure(900, 1020), [{ ...KILL, victim: 'testing' }])).to.equal(false);
    expect(isExcused(failure(900, 31_000), [KILL])).to.equal(false);
    expect(isExcused(failure(900, 1020), [])).to.equal(false);
  });
});

// Private

function failure(fromMs: number, untilMs: number): Failure {
  return { phase: 'users', request: 'GET /', problem: 'status 502', fromMs, untilMs };
}
