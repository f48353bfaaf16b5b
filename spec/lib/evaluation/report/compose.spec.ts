import { expect } from 'chai';
import { colorsFor } from '../../../../lib/cli/text/colors.ts';
import { whyText } from '../../../../lib/cli/text/why.ts';
import type { PairOutcome } from '../../../../lib/compare/outcome.ts';
import { Evaluation } from '../../../../lib/evaluation/evaluation.ts';
import {
  composeReport,
  testReport,
  withSamples,
} from '../../../../lib/evaluation/report/compose.ts';
import { reportMarkdown } from '../../../../lib/evaluation/report/markdown.ts';
import type { Report } from '../../../../lib/evaluation/report/report.ts';
import { RunningMemory } from '../../../../lib/evaluation/running-memory.ts';
import { DEFAULT_VERDICT_SETTINGS as verdict } from '../../../support/default-settings.ts';
import { pairOf, responseOf, START_MS } from '../../../support/pairs.ts';

const BUILD = { name: 'shop-2', fingerprint: 'f', sinceMs: 5 };
const RULES = { verdict, nowMs: START_MS };
const NOISE = { kind: 'value', path: '$.servedAt' } as const;
const LOGS = { running: [], testing: ['ERROR no such `column`'] };
const SAMPLES = [
  {
    id: '00000001',
    endpoint: 'GET /orders/{id}',
    signal: 'errors',
    key: 'k',
    atMs: START_MS,
    logs: LOGS,
  },
  {
    id: '00000002',
    endpoint: 'GET /items/{id}',
    signal: 'slow',
    key: 'k',
    atMs: START_MS,
    logs: null,
  },
] as const;

describe('the report of a version', () => {
  it('says what is wrong where, how certain that is, and which sample shows it', () => {
    const report = reportOf(evaluated(400));
    expect(report.sentence).to.match(
      /^shop-2 was rejected after 400 compared requests: it is worse than shop-1 on 1 endpoint, at odds of more than a million to 1 \(100 to 1 is enough\)\.$/,
    );
    expect(report.reasons[0]).to.deep.include({ code: 'errors', samples: ['00000001'] });
    const [failed, refused] = report.test?.signals ?? [];
    expect(failed).to.include({ running: '0 %', testing: '10 %', limit: '+0.5 %', state: 'FAIL' });
    expect(refused).to.include({ testing: '0 %', state: 'ok' });
    expect(report.test?.endpoints[0]?.endpoint).to.equal('GET /orders/{id}');
    expect(report.test?.coverage.methods).to.deep.equal([
      { name: 'POST', requests: 1, share: 1 / 401 },
    ]);
  });

  it('shows what was logged around a sample', () => {
    const report = reportOf(evaluated(400));
    const [first, second] = report.test?.endpoints ?? [];
    expect(first?.samples[0]?.logs).to.deep.equal(LOGS);
    expect(second?.samples[0]).to.not.have.property('logs');
    expect(reportMarkdown(report)).to.contain(
      "  - sample `00000001`: errors, `k`\n    - testing logged `ERROR no such 'column'`\n",
    );
  });

  it('says when baseline requests were paused, and why', () => {
    const evaluation = evaluated(400);
    expect(reportMarkdown(reportOf(evaluation))).to.not.contain('not asked twice');
    evaluation.underWay(0, { slow: 40, busy: 1 });
    const report = reportOf(evaluation);
    const paused =
      'running was not asked twice during 40 requests, as it was slow, and during 1 request, as Vili was busy';
    expect(reportMarkdown(report)).to.contain(`Meanwhile ${paused}.`);
    const lines = whyText(report, {
      columns: 200,
      nowMs: 0,
      colors: colorsFor({ env: {}, isTerminal: { stdin: false, stdout: false } }),
    });
    expect(lines).to.include(`spared: ${paused}`);
  });

  it('calls a test that reached its deadline inconclusive, and says what is ruled out', () => {
    const settings = { ...RULES, verdict: { ...verdict, deadlineMs: 200_000 } };
    const evaluation = Evaluation.begin(BUILD, settings, new RunningMemory(), NO_START_UP);
    for (let index = 0; index < 300; index++) evaluation.pairs([pairOf({ atMs: index * 333 })]);
    const report = reportOf(evaluation, START_MS + 201_000);
    expect(report).to.deep.include({ verdict: 'inconclusive' });
    expect(report.test).to.include({ decision: 'inconclusive' });
    expect(report.sentence).to.equal(
      'shop-2 was not promoted, and nothing was proven against it: inconclusive: no decision after ' +
        '4 minutes and 300 requests: with 97.5 % confidence testing fails at most 1.6 % more often ' +
        'than running, 0.5 % had to be ruled out.',
    );
    expect(reportMarkdown(report)).to.contain('# shop-2: inconclusive').and.contain('97.5 %');
  });

  it('does not list as seen what is ignored', () => {
    const report = reportOf(evaluated(400));
    expect(report.test?.ignored.map(({ path }) => path)).to.deep.equal(['$.servedAt']);
    const seen = report.test?.endpoints.flatMap((one) => one.alsoSeen.map(({ path }) => path));
    expect(seen).to.deep.equal(['$.stock']);
  });

  it('is the same after a restart in the middle of the test', () => {
    const first = evaluated(200);
    const saved = JSON.parse(JSON.stringify(first.checkpoint())) as { observedMs: number };
    const nowMs = START_MS + saved.observedMs;
    const second = Evaluation.resume(BUILD, { ...RULES, nowMs }, saved);
    if (second === null) throw new Error('not resumed');
    expect(reportOf(second)).to.deep.equal(reportOf(first));
    expect(Evaluation.resume({ ...BUILD, sinceMs: 6 }, RULES, saved)).to.equal(null);
  });

  it('is bounded, even as text, and lets no name break out of its line', () => {
    const evaluation = Evaluation.begin(BUILD, RULES, new RunningMemory(), NO_START_UP);
    const long = 'x'.repeat(5000);
    for (let index = 0; index < 600; index++) {
      const endpoint = `GET /${index}|<script>\n# ${long}`;
      evaluation.pairs([pairOf({ endpoint, testing: responseOf(500), atMs: index * 100 })]);
      requested(evaluation, `POST /${index}\n${long}`);
    }
    const report = reportOf(evaluation);
    expect(report.test?.endpoints).to.have.length(10);
    const text = reportMarkdown(report);
    expect(text.length).to.be.below(30_000);
    expect(text).to.not.match(/^# x/m);
    expect(text).to.not.contain('<script>\n');
  });
});

const NO_START_UP = { errors: 0, example: undefined, lines: 1 };

function requested(evaluation: Evaluation, endpoint: string): void {
  evaluation.responded({ endpoint, response: responseOf(200), atMs: START_MS + 1 }, true);
}

function evaluated(pairs: number): Evaluation {
  const evaluation = Evaluation.begin(BUILD, RULES, new RunningMemory(), NO_START_UP);
  for (let index = 0; index < pairs; index++) {
    const change: Partial<PairOutcome> =
      index % 10 === 3
        ? { endpoint: 'GET /orders/{id}', testing: responseOf(500) }
        : { differences: [NOISE, { kind: 'extra', path: '$.stock' }] };
    evaluation.pairs([pairOf({ ...change, requestId: `r${index}`, atMs: index * 333 })]);
    requested(evaluation, change.endpoint ?? 'GET /items/{id}');
  }
  requested(evaluation, 'POST /orders');
  const endpoint = 'GET /items/{id}';
  evaluation.ignored([{ endpoint, ...NOISE, reason: 'noise', ignored: true, times: 9, of: 9 }]);
  return evaluation;
}

function reportOf(evaluation: Evaluation, atMs = START_MS + 140_000): Report {
  evaluation.decide(START_MS + 100_000);
  const found = evaluation.decide(atMs);
  const reasons = withSamples(found.reasons, SAMPLES);
  const test = testReport(evaluation.findings(found), SAMPLES);
  const about = { verdict: 'rejected', at: '2026-01-01T00:00:00.000Z', version: 'shop-2' };
  return composeReport({ ...about, running: 'shop-1', by: 'vili', reasons }, test);
}
