import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  affected,
  DEFAULT_SUPERVISION,
  longestPausesMs,
  RestartCounter,
  resolveBudget,
} from '../../../lib/actor/supervision/restart.ts';
import { backoffMs } from '../../../lib/runtime/backoff.ts';

const backoffs = fc.record({
  minMs: fc.integer({ min: 0, max: 1000 }),
  maxMs: fc.integer({ min: 1000, max: 100_000 }),
  factor: fc.double({ min: 1, max: 4, noNaN: true }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('restart arithmetic: backoff', () => {
  it('doubles from 0.1 s to 10 s by default', () => {
    const pauses = Array.from({ length: 9 }, (_, n) =>
      backoffMs(DEFAULT_SUPERVISION.backoff, n, 0),
    );
    expect(pauses).to.deep.equal([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000]);
    expect(backoffMs(DEFAULT_SUPERVISION.backoff, 0, 0.5)).to.be.closeTo(110, 1e-9);
  });

  it('never shrinks, and stays between the shortest pause and the longest plus its jitter', () => {
    fc.assert(
      fc.property(backoffs, fc.nat(200), randoms, (backoff, nth, random) => {
        const pauseMs = backoffMs(backoff, nth, random);
        expect(pauseMs).to.be.at.least(backoff.minMs);
        expect(pauseMs).to.be.at.most(backoff.maxMs * (1 + backoff.jitter));
        expect(backoffMs(backoff, nth + 1, random)).to.be.at.least(pauseMs);
      }),
    );
  });
});

describe('restart arithmetic: budget', () => {
  it('takes exactly `max` failures within the window, whenever they happen', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.nat(6), fc.integer({ min: 1, max: 1000 }), gaps, (max, withinMs, steps) => {
        const counter = new RestartCounter({ ...DEFAULT_SUPERVISION, max, withinMs });
        const failedAtMs: number[] = [];
        let nowMs = 0;
        for (const step of steps) {
          nowMs += step;
          failedAtMs.push(nowMs);
          const inWindow = failedAtMs.filter((atMs) => atMs > nowMs - withinMs).length;
          expect(counter.failed(nowMs, undefined).exhausted).to.equal(inWindow > max);
        }
      }),
    );
  });

  it('counts consecutive failures, and from zero again after a quiet period', () => {
    const counter = new RestartCounter({ ...DEFAULT_SUPERVISION, quietMs: 1000, max: Infinity });
    const lives: [failedAtMs: number, upSinceMs: number | undefined][] = [
      [0, undefined],
      [100, 50],
      [1200, 201],
      [2200, 1200],
      [2300, 2250],
    ];
    const nths = lives.map(([atMs, upSinceMs]) => counter.failed(atMs, upSinceMs).nth);
    expect(nths).to.deep.equal([0, 1, 2, 0, 1]);
  });

  it('never gives up with an endless budget, and keeps no list of failures for it', () => {
    const counter = new RestartCounter({ ...DEFAULT_SUPERVISION, max: Infinity });
    for (let n = 0; n < 50_000; n += 1)
      expect(counter.failed(0, undefined).exhausted).to.equal(false);
  });

  it('refuses a window that its own pauses outlast, so that every accepted budget can trip', () => {
    const budgets = fc.record({
      max: fc.integer({ min: 1, max: 20 }),
      withinMs: fc.integer({ min: 1, max: 200_000 }),
      backoff: backoffs,
    });
    fc.assert(
      fc.property(budgets, (given) => {
        const sumMs = longestPausesMs({ ...DEFAULT_SUPERVISION, ...given });
        const resolve = () => resolveBudget('/vili/a', DEFAULT_SUPERVISION, given);
        if (sumMs >= given.withinMs) {
          expect(resolve).to.throw(`withinMs ${given.withinMs} never trips`);
          return;
        }
        const budget = resolve();
        const counter = new RestartCounter(budget);
        let nowMs = 0;
        let exhausted = false;
        for (let nth = 0; nth <= budget.max; nth += 1) {
          exhausted = counter.failed(nowMs, nowMs).exhausted;
          nowMs += backoffMs(budget.backoff, nth, 1);
        }
        expect(exhausted).to.equal(true);
      }),
    );
  });

  for (const [given, rule] of [
    [{ max: -1 }, 'max -1'],
    [{ max: 1.5 }, 'max 1.5'],
    [{ max: 10_001 }, 'max 10001'],
    [{ withinMs: 0 }, 'withinMs 0'],
    [{ quietMs: Number.NaN }, 'quietMs NaN'],
    [{ backoff: { minMs: -1 } }, 'backoff.minMs -1'],
    [{ backoff: { maxMs: 1 } }, 'backoff.maxMs 1 is below minMs 100'],
    [{ backoff: { factor: 0.5 } }, 'backoff.factor 0.5'],
    [{ backoff: { jitter: 2 } }, 'backoff.jitter 2'],
  ] as const) {
    it(`refuses ${rule}, naming the actor`, () => {
      expect(() => resolveBudget('/vili/a', DEFAULT_SUPERVISION, given))
        .to.throw(`supervision of /vili/a: ${rule}`)
        .with.property('code');
    });
  }
});

describe('restart arithmetic: strategies', () => {
  const children = ['a', 'b', 'c'];
  it('restarts one, the rest from the failed one on, or all', () => {
    expect(affected('one_for_one', children, 'b')).to.deep.equal(['b']);
    expect(affected('rest_for_one', children, 'b')).to.deep.equal(['b', 'c']);
    expect(affected('one_for_all', children, 'b')).to.deep.equal(['a', 'b', 'c']);
  });
});

describe('default settings of supervision', () => {
  it('are five restarts a minute, 0.1 s to 10 s apart', () => {
    expect(DEFAULT_SUPERVISION).to.deep.equal({
      strategy: 'one_for_one',
      max: 5,
      withinMs: 60_000,
      backoff: { minMs: 100, maxMs: 10_000, factor: 2, jitter: 0.2 },
      quietMs: 60_000,
      onExhausted: 'escalate',
    });
  });
});
