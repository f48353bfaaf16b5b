import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Reason } from '../../../../lib/model/reason.ts';
import type { Decision } from '../../../../lib/verdict/report.ts';
import { Verdict } from '../../../../lib/verdict/verdict.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../../support/default-settings.ts';
import { pairOf, START_MS } from '../../../support/pairs.ts';

/** Written before each signal had its evidence in its own file; files like it are in `.vili/evidence`. */
const FIXTURE = JSON.parse(readFileSync('spec/fixtures/verdict/checkpoint-1.json', 'utf8')) as {
  readonly atMs: number;
  readonly checkpoint: unknown;
  readonly report: {
    readonly decision: Decision;
    readonly condemned: boolean;
    readonly progress: number;
    readonly codes: readonly (readonly [string, string | null])[];
    readonly observed: readonly number[];
  };
};

describe('A checkpoint of an earlier Vili', () => {
  const restored = () => Verdict.restore(DEFAULT_VERDICT_SETTINGS, FIXTURE.checkpoint);
  const named = ({ code, endpoint }: Reason): [string, string | null] => [code, endpoint];

  it('is written again field by field after a restore', () => {
    expect(JSON.parse(JSON.stringify(restored().checkpoint()))).to.containSubset(
      FIXTURE.checkpoint,
    );
  });

  it('leaves blank what a newer signal keeps', () => {
    const { evidence, ...checkpoint } = JSON.parse(JSON.stringify(FIXTURE.checkpoint)) as {
      evidence: { auth?: unknown; totals: { letIn?: number; pairs?: number } };
    };
    delete evidence.auth;
    delete evidence.totals.letIn;
    const restore = () => Verdict.restore(DEFAULT_VERDICT_SETTINGS, { ...checkpoint, evidence });
    expect(restore().decide(FIXTURE.atMs).pairs).to.equal(900);
    delete evidence.totals.pairs;
    expect(restore).to.throw('totals.pairs is missing');
  });

  it('gives the same decision for the same reasons', () => {
    const { decision, condemned, progress, reasons } = restored().decide(FIXTURE.atMs);
    const { codes, observed, ...expected } = FIXTURE.report;
    expect({ decision, condemned, progress }).to.deep.equal(expected);
    expect(reasons.map(named)).to.deep.equal(codes);
    expect(reasons.map((one) => one.observed)).to.deep.equal(observed);
  });

  it('is where the evidence of the next pair continues', () => {
    const verdict = restored();
    verdict.pair(pairOf({ atMs: FIXTURE.atMs + 400 - START_MS }));
    expect(verdict.decide(FIXTURE.atMs + 400).pairs).to.equal(901);
  });
});
