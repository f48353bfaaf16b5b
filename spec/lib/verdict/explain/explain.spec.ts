import { expect } from 'chai';
import { counted, grouped, percent } from '../../../../lib/text/numbers.ts';
import { durationOf } from '../../../../lib/text/times.ts';
import { oddsOf, shortened } from '../../../../lib/verdict/explain/wording.ts';
import { missingField, responseOf, ShadowRun, START_MS } from '../../../support/pairs.ts';

describe('The words of a verdict', () => {
  it('say counts, shares, odds and times as people do', () => {
    expect([0, 999, 1204, 1234567].map(grouped)).to.deep.equal(['0', '999', '1,204', '1,234,567']);
    expect([1, 2].map((count) => counted(count, 'request'))).to.deep.equal([
      '1 request',
      '2 requests',
    ]);
    expect([0, 0.0004, 0.004, 0.005, 0.25, 1].map(percent)).to.deep.equal([
      '0 %',
      '0.04 %',
      '0.4 %',
      '0.5 %',
      '25 %',
      '100 %',
    ]);
    expect([1.5, 100, 2300, 1e9].map(oddsOf)).to.deep.equal([
      '1.5 to 1',
      '100 to 1',
      '2,300 to 1',
      'more than a million to 1',
    ]);
    expect([200, 20_000, 180_000, 7_200_000].map((ms) => durationOf(ms, true))).to.deep.equal([
      '1 more second',
      '20 more seconds',
      '3 more minutes',
      '2 more hours',
    ]);
    expect(shortened('a\n  b\u0000c'.padEnd(200, 'x'), 10)).to.equal('a b cxxxx…');
  });

  it('say what a promotion has ruled out', () => {
    const shadowRun = new ShadowRun().feed(1000, 400);
    const texts = shadowRun.decide().reasons.map((one) => one.text);
    expect(texts[0]).to.equal(
      'with 97.5 % confidence testing fails at most 0.5 % more often than running, allowed 0.5 % ' +
        '(as well as running in 1,000 requests).',
    );
    expect(texts.join(' ')).to.contain('log windows').and.contain('1 endpoint tried');
  });

  it('say how many requests and how much time a promotion still needs', () => {
    const shadowRun = new ShadowRun().feed(729, 200);
    expect(shadowRun.decide().missing).to.deep.equal(['3 more minutes', '214 more requests']);
    const ready = new ShadowRun().feed(729, 2000).decide();
    expect(ready.missing).to.deep.equal(['214 more requests']);
    expect(ready.progress).to.be.closeTo(729 / 943, 0.001);
  });

  it('say which endpoint did worse and how many good responses it needs', () => {
    const shadowRun = new ShadowRun().feed(3000, 200);
    shadowRun.feed(9, 5000, (index) => ({
      endpoint: 'GET /orders/{id}',
      testing: responseOf(index === 2 || index === 4 ? 500 : 200),
    }));
    const report = shadowRun.decide();
    expect(report.missing[0]).to.match(
      /^GET \/orders\/\{id\} did worse in 2 of 9 requests: needs about \d+ more good responses$/,
    );
    const needed = Number(/about (\d+)/.exec(report.missing[0] ?? '')?.[1]);
    shadowRun.feed(needed, 2500, () => ({ endpoint: 'GET /orders/{id}' }));
    expect(shadowRun.decide().decision).to.equal('promote');
  });

  it('say the endpoint, both responses, how often, what is allowed, how sure, and which to try', () => {
    const shadowRun = new ShadowRun();
    shadowRun.feed(400, 333, (index) =>
      index % 10 === 3 ? { endpoint: 'GET /orders/{id}', testing: responseOf(500) } : {},
    );
    const report = shadowRun.decide();
    expect(report.decision).to.equal('reject');
    expect(report.reasons[0]?.text).to.equal(
      'GET /orders/{id}: testing responded 500 where running responded 200, in 40 of 40 requests ' +
        '(at most 0.5 % more failures than running are allowed). The odds that testing is worse ' +
        'are more than a million to 1 (100 to 1 is enough).',
    );
    expect(report.reasons[0]?.samples).to.have.lengthOf(5);
    expect(report.reasons[0]).to.include({ observed: 1, limit: 0.005 });
  });

  it('blame no endpoint that fails now and then on both sides for what another one does', () => {
    const shadowRun = new ShadowRun().feed(1200, 333, (index) => {
      if (index % 60 === 7) return { endpoint: 'GET /rare', testing: responseOf(500) };
      if (index % 3 > 0) return {};
      const [ours, theirs] = [index % 15 === 3 ? 500 : 200, index % 15 === 6 ? 500 : 200];
      return { endpoint: 'GET /flaky', running: responseOf(ours), testing: responseOf(theirs) };
    });
    // Once more on testing than on running: that is chance.
    shadowRun.feed(1, 333, () => ({ endpoint: 'GET /flaky', testing: responseOf(500) }));
    const report = shadowRun.decide();
    expect(report.decision).to.equal('reject');
    expect(report.reasons.map(({ endpoint }) => endpoint)).to.deep.equal(['GET /rare']);
  });

  it('leave out fields that differ much more seldom than the first', () => {
    const shadowRun = new ShadowRun({ values: 'block' }).feed(60, 333, (index) => ({
      differs: true,
      baseline: { differs: false },
      differences: [
        { kind: 'value', path: index < 3 ? '$.servedAt' : '$.price' },
        { kind: 'value', path: '$.unit' },
      ],
    }));
    const [reason] = shadowRun.decide().reasons;
    expect(reason?.text).to.contain('$.price').and.contain('$.unit').and.not.contain('$.servedAt');
  });

  it('say both times of a slower response', () => {
    const shadowRun = new ShadowRun().feed(1100, 333, (index) =>
      index % 2 === 0 ? { endpoint: 'GET /reports', testing: responseOf(200, 31) } : {},
    );
    const { decision, reasons } = shadowRun.decide();
    expect(decision).to.equal('reject');
    const reason = reasons.find(({ endpoint }) => endpoint === 'GET /reports');
    expect(reason?.text).to.match(
      /responses, for instance 31 ms instead of [\d.]+ ms \(at most half/,
    );
    expect(reason?.samples).to.have.lengthOf(5);
  });

  it('say the sum when failures are spread over many endpoints', () => {
    const shadowRun = new ShadowRun().feed(1500, 333, (index) => ({
      endpoint: `GET /page-${index % 40}`,
      testing: responseOf((index * 7919) % 100 < 10 ? 500 : 200),
    }));
    const report = shadowRun.decide();
    expect(report.decision).to.equal('reject');
    expect(report.reasons[0]).to.include({ code: 'errors', endpoint: null });
    expect(report.reasons[0]?.text).to.match(/against running, testing did worse in \d+ of/);
  });

  it('say the field that differs, in words for each kind of difference', () => {
    const cases = [
      [missingField('$.price'), '$.price is missing in'],
      [
        { kind: 'type', path: '$.price', running: 'number', testing: 'string' },
        '$.price changed from number to string in',
      ],
      [
        { kind: 'value', path: '$.unit', running: '"kg"', testing: '"g"' },
        '$.unit changed, for instance from "kg" to "g" in',
      ],
      [{ kind: 'header', path: 'content-type' }, 'the header content-type changed in'],
      [
        { kind: 'status', path: '', running: '200', testing: '204' },
        'the status changed, for instance from 200 to 204 in',
      ],
      [{ kind: 'body', path: '$' }, 'the body differs in'],
    ] as const;
    for (const [difference, words] of cases) {
      const shadowRun = new ShadowRun({ values: 'block' }).feed(60, 333, () => ({
        differs: true,
        baseline: { differs: false },
        differences: [difference, { kind: 'extra', path: '$.harmless' }],
      }));
      const [reason] = shadowRun.decide().reasons;
      expect(reason?.text).to.contain(`GET /items/{id}: ${words} 60 of 60 responses`);
      expect(reason?.text).to.not.contain('harmless');
      expect(reason?.samples).to.have.lengthOf(5);
    }
  });

  it('name only what counts when a value that changed along is only reported', () => {
    const shadowRun = new ShadowRun().feed(150, 333, (index) => ({
      differs: true,
      baseline: { differs: false },
      differences: [
        { kind: 'type', path: '$.price', running: 'number', testing: 'string' },
        { kind: 'value', path: '$.servedAt', running: `"${index}"`, testing: `"${index + 1}"` },
      ],
    }));
    const { decision, reasons } = shadowRun.decide();
    expect(decision).to.equal('reject');
    const texts = reasons.map((one) => one.text).join('\n');
    expect(texts).to.contain('$.price changed from number to string in 150 of 150 responses');
    expect(texts).to.not.contain('servedAt');
  });

  it('say what is slow, by endpoint', () => {
    const shadowRun = new ShadowRun().feed(2000, 200, (index) =>
      index % 5 === 0
        ? { endpoint: 'GET /search', running: responseOf(200, 40), testing: responseOf(200, 130) }
        : {},
    );
    const texts = shadowRun.decide().reasons.map((one) => one.text);
    expect(texts.join('\n')).to.match(
      /GET \/search: testing took over 25 % and 2 ms longer than running .* in \d+ of \d+ responses/,
    );
    expect(texts.join('\n')).to.match(/GET \/search: testing alone was very slow/);
  });

  it('say the level and a line of a new kind of error', () => {
    const shadowRun = new ShadowRun().feed(500, 333);
    shadowRun.verdict.newErrorKind(
      { signature: 'x', level: 'error', count: 3, example: 'PriceService: no rate for NOK' },
      START_MS + shadowRun.nowMs,
    );
    const [reason] = shadowRun.decide().reasons;
    expect(reason?.text).to.contain(
      'testing logs a new ERROR that running never had: "PriceService: no rate for NOK" ' +
        '(3 lines in 1 log window)',
    );
  });

  it('report more warnings without letting them decide', () => {
    const shadowRun = new ShadowRun().feed(1000, 400);
    shadowRun.verdict.logWindow({
      atMs: START_MS + shadowRun.nowMs,
      testingErrors: 0,
      runningErrors: 0,
      testingWarnings: 500,
      runningWarnings: 3,
    });
    expect(shadowRun.decide().decision).to.equal('promote');
    const told = shadowRun.decide().reasons.find((one) => one.code === 'log-warnings');
    expect(told?.text).to.contain('500 WARN lines, running 3');
  });
});
