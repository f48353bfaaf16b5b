import { expect } from 'chai';
import type { PairOutcome } from '../../../lib/compare/outcome.ts';
import { Evaluation } from '../../../lib/evaluation/evaluation.ts';
import { RunningMemory } from '../../../lib/evaluation/running-memory.ts';
import type { LogKind } from '../../../lib/logs/follow/batch.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../support/default-settings.ts';
import { batchOf } from '../../support/log-batches.ts';

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
  const answer = (status: number) => ({ status, ms: 5, failure: null });
  return {
    requestId: `r${atMs}`,
    atMs,
    endpoint: 'GET /items/{id}',
    running: answer(200),
    testing: answer(testing),
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
  it('goes on from its checkpoint as if there had been no interruption', () => {
    const evaluation = begun();
    evaluation.learnedNoise('[]');
    for (let n = 1; n <= 40; n++) evaluation.pairs([pairAt(100 + n, n % 2 === 0 ? 500 : 200)]);
    // The log window that is open at a kill is lost; this one is closed before.
    evaluation.decide(2500);
    const saved: unknown = JSON.parse(JSON.stringify(evaluation.checkpoint()));
    expect(evaluation.changed).to.equal(false);
    const resumed = Evaluation.resume(BUILD, SETTINGS, saved);
    expect(resumed?.decide(5000)).to.deep.equal(evaluation.decide(5000));
    expect(evaluation.decide(5000).pairs).to.equal(41);
    expect(resumed?.noise).to.equal('[]');
  });

  it('sees that running is hurt also where no copies are made', () => {
    const memory = new RunningMemory();
    const answered = (status: number, atMs: number) => ({
      endpoint: 'POST /orders',
      response: { status, ms: 5, failure: null },
      atMs,
    });
    memory.responded(Array.from({ length: 500 }, () => answered(200, -1)));
    const evaluation = begun(memory);
    const told = () => evaluation.decide(2500).reasons.map((reason) => reason.code);
    for (let n = 0; n < 100; n++) evaluation.responded(answered(n % 5 === 0 ? 503 : 200, n), true);
    expect(told()).to.deep.equal([]);
    for (let n = 0; n < 100; n++) evaluation.responded(answered(n % 5 === 0 ? 503 : 200, n), false);
    expect(told()).to.deep.equal(['running-hurt']);
  });

  it('takes no evidence of another build, of a test before, or of nothing', () => {
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

  it('holds a kind of error against testing only when running did not have it before', () => {
    const memory = new RunningMemory();
    const known = begun(memory);
    known.logged('testing', batchOf(200, { error: 1 }, { kinds: [TIMEOUT] }));
    expect(codes(known)).to.include('new-error-kind');

    memory.logged(batchOf(50, { error: 1 }, { kinds: [TIMEOUT] }));
    const old = begun(memory);
    old.logged('testing', batchOf(200, { error: 1 }, { kinds: [TIMEOUT] }));
    expect(codes(old)).not.to.include('new-error-kind');
  });

  it('finds it suspicious that testing stops telling levels', () => {
    const evaluation = begun();
    evaluation.logged('running', batchOf(200, { info: 60 }));
    evaluation.logged('testing', batchOf(200, { unknown: 60 }));
    expect(codes(evaluation)).to.include('log-format');
  });

  it('takes it back when the levels are there again, also after a restart', () => {
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

  it('takes a log with nothing in it for no good sign, unless it was quiet from the start', () => {
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

  it('waits for answers that testing still works on, and tells how often running was left alone', () => {
    const evaluation = begun();
    evaluation.underWay(3, { slow: 7, busy: 2 });
    const missing = () => evaluation.decide(2500).missing.join();
    expect(missing()).to.contain("testing's answers to 3 requests");
    evaluation.underWay(0, { slow: 1, busy: 0 });
    expect(missing()).not.to.contain("testing's answers");
    const { measures } = evaluation.findings(evaluation.decide(2500));
    expect(measures).to.include({ pausedSlow: 8, pausedBusy: 2 });
  });

  it('counts errors before the first request as those of the start', () => {
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

describe('the memory of running', () => {
  it('is bounded in answers and in kinds, and forgets the oldest', () => {
    const memory = new RunningMemory();
    const response = { status: 200, ms: 1, failure: null };
    for (let n = 0; n < 5000; n++) memory.responded([{ endpoint: 'GET /', response, atMs: n }]);
    expect(memory.latestResponses()).to.have.length(2000);
    expect(memory.latestResponses().at(-1)?.atMs).to.equal(4999);
    for (let n = 0; n < 3000; n++) {
      memory.logged(batchOf(n, { error: 1 }, { kinds: [{ ...TIMEOUT, signature: `kind ${n}` }] }));
    }
    expect(memory.errorKinds()).to.have.length(2000);
    expect(memory.errorKinds()).to.include('kind 2999').and.not.include('kind 0');
  });
});
