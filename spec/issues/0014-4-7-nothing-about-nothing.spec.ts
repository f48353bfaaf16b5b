import { expect } from 'chai';
import fc from 'fast-check';
import { colorsFor } from '../../lib/cli/text/colors.ts';
import { statusText } from '../../lib/cli/text/status.ts';
import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { inSoMany, worseAndBetter } from '../../lib/verdict/explain/wording.ts';
import { STATUS } from '../lib/operator/views.ts';
import { responseOf, ShadowRun } from '../support/pairs.ts';

/** A count of zero things, or a zero that stands for one. `0.5 %` and `1.0.0` are none. */
const ABOUT_NOTHING = /(?<![\d.,:])0 (?!ms\b)[a-z]|\b(?:in|running|better|against) 0\b(?![.,:]?\d)/;

describe('Issue 14, 4.7: nothing is said about nothing', () => {
  it('does not say that no response could not be timed', () => {
    for (const pairs of [0, 1, 30]) {
      const { missing } = new ShadowRun().feed(pairs, 10).decide();
      expect(missing.join('\n')).to.contain('to compare speed');
      expect(missing.join('\n')).to.not.contain('could not be timed');
    }
  });

  it('states in a promotion what happened, not what did not', () => {
    const { decision, reasons } = new ShadowRun().feed(1000, 400).decide();
    expect(decision).to.equal('promote');
    const text = reasons.map((one) => one.text).join('\n');
    expect(text).to.contain('as well as running in 1,000 requests');
    expect(text).to.contain('neither version logged clearly more ERROR lines');
    expect(text).to.contain('1 endpoint tried, each more than once.');
    expect(text).to.not.match(ABOUT_NOTHING);
  });

  it('counts nothing that did not happen in any sentence of any test', () => {
    const event = fc.record({
      fails: fc.boolean(),
      isSlow: fc.boolean(),
      disturbed: fc.boolean(),
      errors: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (events) => {
        const run = new ShadowRun({ warmupRequests: 0, warmupTimeMs: 0, confirmTimeMs: 1000 });
        for (const { fails, isSlow, disturbed, errors } of events) {
          run.feed(1, 3000, () => ({
            disturbed,
            testing: responseOf(fails ? 500 : 200, isSlow ? 900 : 10),
          }));
          run.pass(3000, { testingErrors: errors });
        }
        const { reasons, missing } = run.decide();
        for (const text of [...reasons.map((one) => one.text), ...missing]) {
          expect(text).to.not.match(ABOUT_NOTHING);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('leaves what never happened out of a balance', () => {
    expect(worseAndBetter(3, 0)).to.equal('worse in 3');
    expect(worseAndBetter(0, 2)).to.equal('better in 2');
    expect(worseAndBetter(1200, 2)).to.equal('worse in 1,200 and better in 2');
    expect(worseAndBetter(0, 0)).to.equal('');
    expect([inSoMany(0), inSoMany(7)]).to.deep.equal(['in none', 'in 7']);
  });

  it('shows no counts of zero in the status', () => {
    const traffic = { received: 0, mirrored: 0, skipped: {}, dropped: {}, failed: {}, inFlight: 0 };
    const status: StatusView = { ...STATUS, traffic, archive: { count: 0, bytes: 0 } };
    const options = {
      columns: 80,
      colors: colorsFor({ env: { NO_COLOR: '1' }, isTerminal: { stdin: false, stdout: false } }),
      nowMs: Date.UTC(2026, 0, 7),
    };
    const text = statusText({ ...status, verdict: null, testing: null }, options).join('\n');
    expect(text).to.contain('traffic  none yet');
    expect(text).to.not.match(ABOUT_NOTHING).and.not.contain('archive');
  });
});
