import { expect } from 'chai';
import fc from 'fast-check';
import type { VerdictReport } from '../../../../lib/verdict/report.ts';
import { responseOf, ShadowRun, START_MS } from '../../../support/pairs.ts';

const MINUTE_MS = 60_000;

function reportOf(run: ShadowRun): VerdictReport {
  return run.verdict.decide(START_MS + run.nowMs);
}

describe('The estimate of a test', () => {
  it('says when the evidence will be there, by how it came so far', () => {
    const { estimate, progress } = reportOf(new ShadowRun().feed(220, 2000));
    expect(estimate?.never).to.equal(null);
    const expected = ((440 / 60) * MINUTE_MS * (1 - progress)) / progress;
    expect(estimate?.leftMs).to.be.within(0.9 * expected, 1.1 * expected);
  });

  it('says never where the test ends first, what it would take, and when that is', () => {
    const { estimate } = reportOf(
      new ShadowRun({ deadlineMs: 60 * MINUTE_MS }).feed(6, 2 * MINUTE_MS),
    );
    expect(estimate?.leftMs).to.equal(null);
    expect(estimate?.never).to.match(
      /^it needs [\d,]+ more requests, which takes about \d+ (?:hours|days), and the test ends in 48 minutes \(verdict\.deadline\)$/,
    );
  });

  it('says never where no request comes at all, or no more', () => {
    const none = new ShadowRun().pass(20 * MINUTE_MS);
    expect(reportOf(none).estimate?.never).to.equal(
      'no request was compared yet, and the test ends in 24 hours (verdict.deadline)',
    );
    const dried = new ShadowRun().feed(20, 1000).pass(30 * MINUTE_MS);
    expect(reportOf(dried).estimate?.never).to.contain('no request was compared for 30 minutes');
  });

  it('says nothing yet in the first minutes', () => {
    const { estimate } = reportOf(new ShadowRun({ deadlineMs: 10 * MINUTE_MS }).feed(1, MINUTE_MS));
    expect(estimate?.never).to.equal(null);
  });

  it('says nothing of what is decided, or waits for anything but traffic', () => {
    const rejected = new ShadowRun().feed(100, 1000, () => ({ testing: responseOf(500) }));
    expect(reportOf(rejected).estimate).to.equal(null);
    const blocked = new ShadowRun().feed(120, 3000);
    blocked.verdict.openPairs(100);
    const report = reportOf(blocked);
    expect(report.blocked).to.equal(true);
    expect(report.estimate).to.deep.equal({ leftMs: null, never: null });
  });

  it('is a time or never, and never both, whatever the traffic', () => {
    const traffic = fc.record({
      count: fc.nat(60),
      everyMs: fc.integer({ min: 10, max: 600_000 }),
      quietMs: fc.nat(3_600_000),
      deadlineMs: fc.integer({ min: 1000, max: 86_400_000 }),
    });
    fc.assert(
      fc.property(traffic, ({ count, everyMs, quietMs, deadlineMs }) => {
        const { estimate, decision } = reportOf(
          new ShadowRun({ deadlineMs }).feed(count, everyMs).pass(quietMs),
        );
        if (decision !== 'collecting') {
          expect(estimate).to.equal(null);
          return;
        }
        if (estimate === null) throw new Error('collecting without an estimate');
        const { leftMs, never } = estimate;
        expect(leftMs === null || never === null).to.equal(true);
        if (leftMs !== null) expect(leftMs).to.be.at.least(0);
        if (never !== null) expect(never).to.match(/, and the test ends in /);
      }),
      { numRuns: 200 },
    );
  });
});
