import { expect } from 'chai';
import type { PairOutcome } from '../../../lib/compare/outcome.ts';
import { Evaluation } from '../../../lib/evaluation/evaluation.ts';
import { RunningMemory } from '../../../lib/evaluation/running-memory.ts';
import type { LogKind } from '../../../lib/logs/follow/batch.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../support/default-settings.ts';
import { batchOf } from '../../support/log-batches.ts';
import { responseOf } from '../../support/pairs.ts';

const BUILD = { name: 'shop-2', fingerprint: 'abc', sinceMs: 1 };
const SETTINGS = { verdict: { ...DEFAULT_VERDICT_SETTINGS, logWindowMs: 1000 }, nowMs: 0 };
const QUIET = { errors: 0, example: undefined, lines: 1 };
const TIMEOUT: LogKind = {
  signature: 'db: timeout',
  level: 'error',
  count: 1,
  example: 'ERROR timeout',
};

function pairAt(atMs: number, testing = 200): PairOutcome {
  return {
    requestId: `r${atMs}`,
    atMs,
    endpoint: 'GET /items/{id}',
    running: responseOf(200, 5),
    testing: responseOf(testing, 5),
    differences: [],
    differs: false,
    baseline: null,
  };
}

function begun(memory = new RunningMemory(), startUp = QUIET): Evaluation {
  const evaluation = Evaluation.begin(BUILD, SETTINGS, memory, startUp);
  evaluation.pairs([pairAt(100)]);
  return evaluation;
}

const codes = (evaluation: Evaluation): string[] =>
  evaluation.decide(2500).reasons.map((reason) => reason.code);

describe('an evaluation', () => {
  it('continues from its checkpoint as if it had not been interrupted', () => {
    const evaluation = begun();
    evaluation.learnedNoise('[]');
    for (let n = 1; n <= 40; n++) evaluation.pairs([pairAt(100 + n, n % 2 === 0 ? 500 : 200)]);
    // The log window that is open at a kill is lost; this one is closed before.
    evaluation.decide(2500);
    const saved: unknown = JSON.parse(JSON.stringify(evaluation.checkpoint()));
    expect(evaluation.changed).to.equal(false);
    const resumed = Evaluation.resume(BUILD, { ...SETTINGS, nowMs: 2500 }, saved);
    expect(resumed?.decide(5000)).to.deep.equal(evaluation.decide(5000));
    expect(evaluation.decide(5000).pairs).to.equal(41);
    expect(resumed?.noise).to.equal('[]');
  });

  it('sees that running is hurt even where no copies are made', () => {
    const memory = new RunningMemory();
    const responded = (status: number, atMs: number) => ({
      endpoint: 'POST /orders',
      response: responseOf(status, 5),
      atMs,
    });
    memory.responded(Array.from({ length: 500 }, () => responded(200, -1)));
    const evaluation = begun(memory);
    for (let n = 0; n < 100; n++) evaluation.responded(responded(n % 5 === 0 ? 503 : 200, n), true);
    expect(codes(evaluation)).to.deep.equal([]);
    for (let n = 0; n < 100; n++)
      evaluation.responded(responded(n % 5 === 0 ? 503 : 200, n), false);
    expect(codes(evaluation)).to.deep.equal(['running-hurt']);
  });

  it('rejects evidence of another build, of an earlier test, or of none', () => {
    const saved = begun().checkpoint();
    const resume = (build: object, data: unknown = saved) =>
      Evaluation.resume({ ...BUILD, ...build }, SETTINGS, data);
    expect(resume({ fingerprint: 'other' })).to.equal(null);
    expect(resume({ sinceMs: 2 })).to.equal(null);
    for (const data of [null, 'text', {}, { fingerprint: 'abc' }]) {
      expect(resume({}, data)).to.equal(null);
    }
    expect(() => resume({}, { ...saved, evidence: { schema: 'nonsense' } })).to.throw();
  });

  it('counts a kind of error against testing only when running did not have it before', () => {
    const memory = new RunningMemory();
    const known = begun(memory);
    known.logged('testing', batchOf(200, { error: 1 }, { kinds: [TIMEOUT] }));
    expect(codes(known)).to.include('new-error-kind');

    memory.logged(batchOf(50, { error: 1 }, { kinds: [TIMEOUT] }));
    const old = begun(memory);
    old.logged('testing', batchOf(200, { error: 1 }, { kinds: [TIMEOUT] }));
    expect(codes(old)).not.to.include('new-error-kind');
  });

  it('takes no log that nobody has read for one without errors', () => {
    const evaluation = begun();
    const text = (nowMs: number): string => evaluation.decide(nowMs).missing.join();
    evaluation.logged('testing', batchOf(200, { info: 1 }));
    for (let atMs = 1100; atMs < 30_000; atMs += 1000) {
      evaluation.pairs([pairAt(atMs)]);
      evaluation.logged('running', batchOf(atMs, { info: 1 }));
    }
    const atFirst = text(1500);
    expect(atFirst).to.contain('of logs');
    expect(text(30_000)).to.equal(atFirst);
    const flood = { error: 20_000, info: 10 };
    evaluation.logged('testing', batchOf(30_100, flood, { fromMs: 200, readToMs: 900 }));
    expect(text(40_000)).to.equal(atFirst);
    evaluation.logRead('testing', 40_000);
    evaluation.logRead('running', 40_000);
    expect(text(40_000)).to.contain('testing logged clearly more ERROR in 1 windows');
  });

  it('is suspicious when testing stops logging levels', () => {
    const evaluation = begun();
    evaluation.logged('running', batchOf(200, { info: 60 }));
    evaluation.logged('testing', batchOf(200, { unknown: 60 }));
    expect(codes(evaluation)).to.include('log-format');
  });

  it('drops that suspicion once levels are logged again, even after a restart', () => {
    const evaluation = begun();
    evaluation.logged('running', batchOf(200, { info: 60 }));
    evaluation.logged('testing', batchOf(200, { unknown: 60 }, { unknownKeys: ['grade'] }));
    expect(evaluation.decide(2500).missing.join()).to.contain('the log format changed');
    const saved: unknown = JSON.parse(JSON.stringify(evaluation.checkpoint()));
    const resumed = Evaluation.resume(BUILD, SETTINGS, saved);
    if (resumed === null) throw new Error('not resumed');
    const [reason] = resumed.decide(2500).reasons;
    expect(reason?.text).to.contain('testing 0 of 60 lines had a level; keys seen: grade');
    resumed.logged('testing', batchOf(300, { info: 60 }));
    expect(codes(resumed)).not.to.include('log-format');
  });

  it('is suspicious of an empty log, unless testing logged during its start', () => {
    const silent = Evaluation.begin(BUILD, SETTINGS, new RunningMemory(), { ...QUIET, lines: 0 });
    silent.pairs([pairAt(100)]);
    silent.logged('running', batchOf(200, { info: 49 }));
    expect(codes(silent)).not.to.include('log-format');
    silent.logged('running', batchOf(300, { info: 1 }));
    expect(codes(silent)).to.include('log-format');
    const text = silent
      .decide(2500)
      .reasons.map((it) => it.text)
      .join();
    expect(text).to.contain('testing logged nothing where the log should be');
    const quiet = begun();
    quiet.logged('running', batchOf(200, { info: 90 }));
    expect(codes(quiet)).not.to.include('log-format');
  });

  it('waits for responses of testing, and counts pairs without a baseline request', () => {
    const evaluation = begun();
    evaluation.underWay(3, { slow: 7, busy: 2 });
    const missing = () => evaluation.decide(2500).missing.join();
    expect(missing()).to.contain("testing's responses to 3 requests");
    evaluation.underWay(0, { slow: 1, busy: 0 });
    expect(missing()).not.to.contain("testing's responses");
    const { measures } = evaluation.findings(evaluation.decide(2500));
    expect(measures).to.include({ pausedSlow: 8, pausedBusy: 2 });
  });

  it('counts errors before the first request as start-up errors', () => {
    const evaluation = Evaluation.begin(BUILD, SETTINGS, new RunningMemory(), {
      errors: 2,
      lines: 2,
      example: 'ERROR no route to database',
    });
    evaluation.logged('testing', batchOf(50, { error: 1 }));
    evaluation.pairs([pairAt(100)]);
    const reason = evaluation.decide(2500).reasons.find((it) => it.code === 'startup-errors');
    expect(reason?.observed).to.equal(3);
  });
});
