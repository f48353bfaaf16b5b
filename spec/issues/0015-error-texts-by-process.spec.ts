import { expect } from 'chai';
import { Evaluation } from '../../lib/evaluation/evaluation.ts';
import { RunningMemory } from '../../lib/evaluation/running-memory.ts';
import { signatureOf } from '../../lib/logs/classify/signature.ts';
import { measure, usualTraffic } from '../bench/verdict/characteristics.ts';
import { errorTextScenarios } from '../bench/verdict/error-texts.ts';
import { ViliJudge } from '../bench/verdict/judges.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../support/default-settings.ts';
import { batchOf } from '../support/log-batches.ts';

const RUNS = 5;
const WINDOW_MS = 10_000;
const BEGIN_MS = 60 * WINDOW_MS;

describe('an error whose text differs by process (issue 15)', () => {
  it('rejects no identical build in the simulation, and a really new one still does', function () {
    this.timeout(60_000);
    for (const scenario of errorTextScenarios) {
      if (!/ 10( a minute)?$/.test(scenario.name)) continue;
      const cell = measure(scenario, () => new ViliJudge(), {
        runs: RUNS,
        seed: 15,
        traffic: usualTraffic,
      });
      const wrong = scenario.label === 'good' ? cell.rejected : cell.promoted;
      expect(wrong, scenario.name).to.equal(0);
    }
  });

  it('is told as renamed, by what running logged before the test', () => {
    const evaluation = evaluationAfter(
      'Pool alpha has no free connection',
      'Pool beta has no free connection',
    );
    const report = evaluation.decide(BEGIN_MS + 30 * WINDOW_MS);
    const reason = report.reasons.find(({ code }) => code === 'renamed-error-kind');
    expect(reason?.text).to.contain('renamed?').and.to.contain('Pool beta');
    expect(report.reasons.map(({ code }) => code)).to.not.include('new-error-kind');
    expect(report.missing.join()).to.not.contain('new ERROR');
  });

  it('is no new kind at all where only the order of a set differs', () => {
    const evaluation = evaluationAfter('must be one of b, a, c', 'must be one of c, b, a');
    const { reasons } = evaluation.decide(BEGIN_MS + 30 * WINDOW_MS);
    expect(reasons.map(({ code }) => code)).to.not.include.members(['renamed-error-kind']);
  });

  it('is not looked for where there is no log, which no surface shows as free of errors', () => {
    const evaluation = Evaluation.begin(
      { name: 'shop-2', fingerprint: 'f', sinceMs: 0 },
      { verdict: DEFAULT_VERDICT_SETTINGS, nowMs: 0 },
      new RunningMemory(),
      { errors: 0, example: undefined, lines: 0 },
    );
    evaluation.pairs([pairAt(0)]);
    const row = (): readonly (string | undefined)[] => {
      const { signals } = evaluation.findings(evaluation.decide(WINDOW_MS));
      const found = signals.find(({ code }) => code === 'log-errors');
      return [found?.running, found?.testing, found?.state];
    };
    expect(row()).to.deep.equal(['no log', 'no log', '-']);
    expect(evaluation.decide(WINDOW_MS).missing.join()).to.contain('no log was found');
    for (const side of ['running', 'testing'] as const) {
      evaluation.logged(side, batchOf(5000, { unknown: 60 }, { unknownKeys: ['grade'] }));
    }
    expect(row()).to.deep.equal(['no level', 'no level', 'watch']);
    const { reasons } = evaluation.decide(WINDOW_MS);
    const told = reasons.find(({ code }) => code === 'log-format')?.text;
    expect(told).to.contain('neither log can be read').and.to.contain('grade');
  });

  it('still holds the promotion where nothing that running logs is missing', () => {
    const evaluation = evaluationAfter(null, 'Pool beta has no free connection');
    const { reasons, missing } = evaluation.decide(BEGIN_MS + 30 * WINDOW_MS);
    expect(reasons.map(({ code }) => code)).to.include('new-error-kind');
    expect(missing.join()).to.contain('new ERROR');
  });
});

// Private

/** Running was watched for ten minutes before a test of five, in which each side logs its text once a minute. */
function evaluationAfter(running: string | null, testing: string): Evaluation {
  const memory = new RunningMemory();
  for (let window = 0; window < 60; window += 1) {
    memory.logged(errorAt(window, window % 6 === 0 ? running : null), '1_running');
  }
  const evaluation = Evaluation.begin(
    { name: 'shop-2', fingerprint: 'f', sinceMs: 0 },
    { verdict: DEFAULT_VERDICT_SETTINGS, nowMs: BEGIN_MS },
    memory,
    { errors: 0, example: undefined, lines: 1 },
  );
  for (let window = 60; window < 90; window += 1) {
    evaluation.pairs([pairAt(window)]);
    evaluation.logged('running', errorAt(window, window % 6 === 1 ? running : null));
    evaluation.logged('testing', errorAt(window, window % 6 === 3 ? testing : null));
    evaluation.decide((window + 1) * WINDOW_MS);
  }
  return evaluation;
}

function errorAt(window: number, msg: string | null) {
  const atMs = window * WINDOW_MS + 5000;
  if (msg === null) return batchOf(atMs, { info: 10 });
  const kind = { signature: signatureOf({ msg }), level: 'error', count: 1, example: msg } as const;
  return batchOf(atMs, { info: 9, error: 1 }, { kinds: [kind] });
}

function pairAt(window: number) {
  const response = { status: 200, ms: 10, failure: null };
  return {
    requestId: String(window),
    atMs: window * WINDOW_MS + 1000,
    endpoint: 'GET /items',
    running: response,
    testing: response,
    differences: [],
    differs: false,
    baseline: null,
  };
}
