import { expect } from 'chai';
import * as fc from 'fast-check';
import type { FailureKind } from '../../../../lib/model/exchange.ts';
import { UserHistory } from '../../../../lib/verdict/unpaired/control/history.ts';
import type { UserResponse } from '../../../../lib/verdict/unpaired/kinds.ts';
import { ENDPOINTS_MAX } from '../../../../lib/verdict/unpaired/parameters.ts';
import { Unpaired } from '../../../../lib/verdict/unpaired/unpaired.ts';
import { measureUnpaired } from '../../../bench/verdict/unpaired.ts';
import { userScenarios } from '../../../bench/verdict/unpaired-scenarios.ts';

const SETTINGS = { margin: 0.005, warmupTimeMs: 0, speed: 'block' } as const;
const START_MS = 1_700_000_000_000;

function response(atMs: number, client: number, more: Partial<UserResponse> = {}): UserResponse {
  const usual = { endpoint: 'POST /orders', status: 201, failure: null, ms: 10 } as const;
  return { ...usual, atMs: START_MS + atMs, client: `client ${client}`, ...more };
}

/** Two minutes before the promotion, 20 responses a second by 50 clients, all good. */
function goodHistory(clients = 50): UserHistory {
  const history = new UserHistory();
  for (let n = 0; n < 2400; n++) history.responded(response(n * 50 - 120_000, n % clients));
  return history;
}

/** The same traffic for so many seconds after it; `of` says what each response is. */
function serve(
  verdict: Unpaired,
  seconds: number,
  of: (n: number, client: number) => Partial<UserResponse>,
  clients = 50,
): void {
  for (let n = 0; n < seconds * 20 && !verdict.isWorse; n++) {
    verdict.trial(response(n * 50, n % clients, of(n, n % clients)));
  }
}

describe('unpaired evidence', () => {
  it('finds a version whose writes fail, and names endpoint, counts and limit', () => {
    const verdict = new Unpaired(SETTINGS, START_MS, goodHistory());
    serve(verdict, 120, (n) => (n % 10 === 3 ? { status: 500 } : {}));
    expect(verdict.isWorse).to.equal(true);
    const { reasons, odds, oddsNeeded } = verdict.report();
    expect(odds).to.be.at.least(oddsNeeded);
    const reason = reasons.find(({ endpoint }) => endpoint === 'POST /orders');
    expect(reason?.code).to.equal('users-errors');
    expect(reason?.observed).to.be.closeTo(0.1, 0.05);
    expect(reason?.limit).to.be.below(0.02);
    expect(reason?.text).to.match(
      /^POST \/orders: \d+ of \d+ responses to users were 5xx \(\d.* %\), against 0 of 2,400 before/,
    );
  });

  it('shows how often what happened before and now, while the evidence builds', () => {
    const verdict = new Unpaired(SETTINGS, START_MS, goodHistory());
    serve(verdict, 4, (n) => (n % 40 === 3 ? { status: 500 } : {}));
    verdict.advance(START_MS + 5000);
    const { isWorse, rows } = verdict.report();
    expect(isWorse).to.equal(false);
    expect(rows.map(({ name, endpoint }) => [name, endpoint])).to.deep.equal([
      ['5xx', null],
      ['broken off', null],
      ['very slow', null],
      ['5xx', 'POST /orders'],
    ]);
    const { now, before, meanwhile, limit } = rows[3] ?? {};
    expect(now).to.deep.equal({ responses: 80, hits: 2 });
    expect([before, meanwhile]).to.deep.equal([
      { responses: 2400, hits: 0 },
      { responses: 0, hits: 0 },
    ]);
    expect(limit).to.be.within(0.005, 0.02);
  });

  it('shows no time while none is judged, and no endpoint where nothing happened', () => {
    const verdict = new Unpaired({ ...SETTINGS, speed: 'report' }, START_MS, goodHistory());
    serve(verdict, 4, () => ({ ms: 200 }));
    verdict.advance(START_MS + 5000);
    expect(verdict.report().rows.map(({ name }) => name)).to.deep.equal(['5xx', 'broken off']);
  });

  it('tells responses that break off from those that are 5xx', () => {
    const verdict = new Unpaired(SETTINGS, START_MS, goodHistory());
    serve(verdict, 120, (n) => (n % 10 === 3 ? { status: 0, failure: 'closed' } : {}));
    expect(verdict.isWorse).to.equal(true);
    expect(verdict.report().reasons[0]?.code).to.equal('users-broken');
  });

  it('finds responses that are very slow', () => {
    const verdict = new Unpaired(SETTINGS, START_MS, goodHistory());
    serve(verdict, 120, () => ({ ms: 200 }));
    expect(verdict.isWorse).to.equal(true);
    expect(verdict.report().reasons[0]?.code).to.equal('users-slow');
  });

  it('lets a fresh process warm up before its times count', () => {
    const verdict = new Unpaired({ ...SETTINGS, warmupTimeMs: 60_000 }, START_MS, goodHistory());
    serve(verdict, 59, () => ({ ms: 200 }));
    expect(verdict.report().odds).to.be.below(1);
  });

  it('does not judge times where `verdict.speed` only reports them', () => {
    const verdict = new Unpaired({ ...SETTINGS, speed: 'report' }, START_MS, goodHistory());
    serve(verdict, 60, () => ({ ms: 200 }));
    expect(verdict.report().odds).to.be.below(1);
  });

  it('does not mind failures that the old version had as often', () => {
    const history = new UserHistory();
    for (let n = 0; n < 2400; n++) {
      history.responded(response(n * 50 - 120_000, n % 50, n % 10 === 3 ? { status: 500 } : {}));
    }
    const verdict = new Unpaired(SETTINGS, START_MS, history);
    serve(verdict, 120, (n) => (n % 10 === 7 ? { status: 500 } : {}));
    expect(verdict.isWorse).to.equal(false);
  });

  it('does not mind failures that others meet at the same moment', () => {
    const verdict = new Unpaired(SETTINGS, START_MS, goodHistory());
    for (let n = 0; n < 1200; n++) {
      const status = n > 400 && n < 700 && n % 2 === 0 ? 503 : 201;
      verdict.control(response(n * 50, 100 + (n % 50), { status }));
      verdict.trial(response(n * 50 + 1, n % 50, { status }));
    }
    expect(verdict.isWorse).to.equal(false);
    expect(verdict.report().odds).to.be.below(10);
  });

  it('does not believe an outage of a few seconds, but one that goes on', () => {
    const short = new Unpaired(SETTINGS, START_MS, goodHistory());
    serve(short, 120, (n) => (n >= 600 && n < 660 ? { status: 500 } : {}));
    expect(short.isWorse).to.equal(false);
    const long = new Unpaired(SETTINGS, START_MS, goodHistory());
    serve(long, 60, (n) => (n >= 600 ? { status: 500 } : {}));
    expect(long.isWorse).to.equal(true);
  });

  it('is not moved by one client alone, whatever that gets and however often', () => {
    const kinds = fc.constantFrom<Partial<UserResponse>>(
      { status: 500 },
      { status: 0, failure: 'reset' },
      { ms: 5000 },
      {},
    );
    const bursts = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), kinds), { minLength: 1 });
    fc.assert(
      fc.property(bursts, (list) => {
        const verdict = new Unpaired(SETTINGS, START_MS, goodHistory());
        for (let n = 0; n < 600; n++) {
          verdict.trial(response(n * 50, n % 50));
          const [count, what] = list[n % list.length] ?? [0, {}];
          for (let k = 0; k < count; k++) verdict.trial(response(n * 50 + 1, 999, what));
        }
        expect(verdict.isWorse).to.equal(false);
      }),
      { numRuns: 10 },
    );
  }).timeout(60_000);

  it('judges an address that all users have in common by itself', () => {
    const verdict = new Unpaired(SETTINGS, START_MS, goodHistory(1));
    serve(verdict, 60, () => ({ status: 500 }), 1);
    expect(verdict.isWorse).to.equal(true);
  });

  it('stays finite and bounded whatever arrives', () => {
    const failures = fc.constantFrom<FailureKind | null>(null, 'reset', 'timeout', 'malformed');
    const any = fc.record({
      endpoint: fc.string(),
      client: fc.string(),
      atMs: fc.oneof(fc.integer(), fc.double()),
      status: fc.integer(),
      failure: failures,
      ms: fc.double(),
    });
    fc.assert(
      fc.property(fc.array(any), fc.array(any), fc.array(any), (before, ours, others) => {
        const history = new UserHistory();
        for (const one of before) history.responded(one);
        const verdict = new Unpaired(SETTINGS, START_MS, history);
        for (const [index, one] of ours.entries()) {
          verdict.trial(one);
          const other = others[index];
          if (other !== undefined) verdict.control(other);
        }
        verdict.advance(Number.MAX_VALUE);
        const { odds, reasons } = verdict.report();
        expect(Number.isFinite(odds)).to.equal(true);
        expect(odds).to.be.at.least(0);
        for (const { observed, limit } of reasons) {
          expect(observed).to.be.within(0, 1);
          expect(limit).to.be.within(0, 1);
        }
      }),
    );
  });

  it('judges at most so many endpoints one by one', () => {
    const history = goodHistory();
    const verdict = new Unpaired(SETTINGS, START_MS, history);
    for (let n = 0; n < 3 * ENDPOINTS_MAX; n++) {
      verdict.trial(response(n * 100, n, { endpoint: `GET /${n}`, status: 500 }));
    }
    history.responded(response(1e6, 1));
    for (let n = 0; n < 3 * ENDPOINTS_MAX; n++) {
      history.responded(response(1e6 + n * 1000, n, { endpoint: `GET /${n}` }));
    }
    expect(history.rates.names().length).to.be.at.most(ENDPOINTS_MAX + 1);
    expect(verdict.report().responses).to.be.above(0);
  });

  it('refuses a margin that makes a judgement impossible, naming it', () => {
    const make = (): Unpaired => new Unpaired({ ...SETTINGS, margin: 0 }, START_MS, goodHistory());
    expect(make).to.throw('verdict setting margin is 0, it must be between 0 and 1');
  });

  it('finds 3 % failing orders before 50 failed responses, and leaves a good version alone', () => {
    const runs = (name: string, control: 'history' | 'step', count: number) => {
      const scenario = userScenarios.find((one) => one.name === name);
      if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
      return measureUnpaired(scenario, control, count, 5);
    };
    for (const control of ['history', 'step'] as const) {
      const found = runs('POST /orders fails in 3 %, 100 writes/s', control, 10);
      const early = found.filter(({ atMs, failed }) => atMs !== null && failed < 50);
      expect(early.length, control).to.be.at.least(9);
      const good = runs('bursts: half fail for 8 s, every 4 minutes', control, 5);
      expect(good.filter(({ atMs }) => atMs !== null)).to.deep.equal([]);
    }
  }).timeout(60_000);
});
