import { expect } from 'chai';
import { stepsLines } from '../../../../lib/cli/text/probation/steps.ts';
import type { StepsStatus } from '../../../../lib/operator/views/status-view.ts';
import { reasonOf } from '../../../../lib/model/reason.ts';
import { colorsFor } from '../../../../lib/cli/text/colors.ts';

const EVIDENCE = {
  responses: 120,
  requestShare: 0.06,
  controlResponses: 4000,
  odds: 1,
  oddsNeeded: 200,
  reasons: [],
  rows: [],
};

const STEPS: StepsStatus = {
  version: 'shop-2',
  running: 'shop-1',
  steps: [{ share: 0.05, ms: 120_000 }],
  step: 1,
  share: 0.05,
  leftMs: 60_000,
  clients: 'address',
  held: null,
  complaint: null,
  text: 'shop-2 has 5 % of the users by address (step 1 of 1): 60 seconds left, then all users',
  evidence: EVIDENCE,
};

function text(steps: StepsStatus | null): string {
  const options = {
    columns: 80,
    colors: colorsFor({ env: {}, isTerminal: { stdin: false, stdout: false } }),
    nowMs: 0,
  };
  return stepsLines(steps, options).join('\n');
}

describe('what status says of a promotion in steps', () => {
  it('is nothing outside of one', () => {
    expect(text(null)).to.equal('');
  });

  it('is where it is, and what its users sent and got', () => {
    expect(text(STEPS).replaceAll(/\s+/g, ' ')).to.equal(
      ' steps shop-2 has 5 % of the users by address (step 1 of 1): 60 seconds left, then all users. ' +
        'Its users sent 6 % of the requests. ' +
        'By 120 responses to users, beside 4,000 of shop-1: the odds that it is worse are 1 to 1 ' +
        '(200 to 1 is enough).',
    );
  });

  it('names a share that is uneven, and what speaks against the version', () => {
    const reasons = [reasonOf('x', 'It fails')];
    const evidence = { ...EVIDENCE, requestShare: 0.6, reasons };
    const found = text({ ...STEPS, evidence }).replaceAll(/\s+/g, ' ');
    expect(found).to.match(
      /sent 60 % .* The share is uneven: promotion\.sticky .* It fails\. By 120 /,
    );
  });
});
