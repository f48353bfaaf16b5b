import { expect } from 'chai';
import {
  ProbationEvidence,
  reasonsWithNames,
} from '../../../../lib/evaluation/probation/evidence.ts';
import { type Reason, reasonOf } from '../../../../lib/model/reason.ts';
import type { VerdictReport } from '../../../../lib/verdict/report.ts';

const LASTING_MS = 1000;

function report(decision: VerdictReport['decision'], ...reasons: readonly Reason[]): VerdictReport {
  return {
    decision,
    pairs: 100,
    elapsedMs: 1000,
    progress: 0,
    condemned: false,
    blocked: false,
    certainty: { oddsWorse: 1, oddsNeeded: 100, ruledOutAlpha: 0.05, ruledOut: 1 },
    reasons,
    missing: [],
    estimate: null,
  };
}

const GROWS = { ...reasonOf('memory-growth', 'it grows'), accept: 'memory-growth' };

describe('The evidence on a version on probation', () => {
  it('takes users off it for what rejects a version under test, and for nothing that only holds one', () => {
    const evidence = new ProbationEvidence();
    const worse = reasonOf('errors', 'it fails');
    expect(evidence.worse(report('reject', worse), 0, LASTING_MS)).to.deep.equal([worse]);
    for (const decision of ['collecting', 'promote', 'inconclusive'] as const) {
      expect(evidence.worse(report(decision, worse), 9e9, LASTING_MS)).to.equal(null);
    }
  });

  it('does so for growth once it has lasted, without a break, and not for growth that is only told', () => {
    const evidence = new ProbationEvidence();
    const at = (nowMs: number, ...reasons: readonly Reason[]) =>
      evidence.worse(report('collecting', ...reasons), nowMs, LASTING_MS);
    expect(at(0, GROWS)).to.equal(null);
    expect(at(999, GROWS)).to.equal(null);
    expect(at(1000, reasonOf('errors', 'x'), GROWS)).to.deep.equal([GROWS]);
    expect(at(1001)).to.equal(null);
    expect(at(1500, GROWS)).to.equal(null);
    expect(at(2499, GROWS)).to.equal(null);
    expect(at(2500, GROWS)).to.deep.equal([GROWS]);
    const slow = reasonOf('memory-growth', 'slowly');
    for (const nowMs of [3000, 9000]) expect(at(nowMs, slow)).to.equal(null);
  });

  it('compares logs only while nearly every request is copied', () => {
    const evidence = new ProbationEvidence();
    for (let n = 0; n < 99; n++) evidence.responded(true);
    expect(evidence.isNearlyAllCopied, 'too few are known').to.equal(false);
    evidence.responded(true);
    expect(evidence.isNearlyAllCopied).to.equal(true);
    for (let n = 0; n < 20; n++) evidence.responded(false);
    expect(evidence.isNearlyAllCopied).to.equal(false);
    for (let n = 0; n < 20_000; n++) evidence.responded(true);
    expect(evidence.isNearlyAllCopied, 'what was long ago is forgotten').to.equal(true);
  });

  it('names both versions, which are none under test, and leaves out what copies do to previous', () => {
    const text =
      "GET /running/testing: testing responded 500 where running responded 200; running's now 3";
    const reasons = [reasonOf('errors', text), reasonOf('running-hurt', 'running is slow')];
    expect(reasonsWithNames(reasons, 'shop-2', 'shop-1').map((it) => it.text)).to.deep.equal([
      "GET /running/testing: shop-2 responded 500 where shop-1 responded 200; shop-1's now 3",
    ]);
  });
});
