import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { rejectionE } from '../../../../lib/verdict/decision/budget.ts';
import { Evidence } from '../../../../lib/verdict/evidence/evidence.ts';
import { signals } from '../../../../lib/verdict/signals/list.ts';

const DOCUMENT = readFileSync('docs/verdict.md', 'utf8');

function expectUnique(values: readonly (string | number)[]): void {
  expect(values).to.deep.equal([...new Set(values)]);
}

describe('The list of signals', () => {
  it('spends the whole budget for a rejection and no more: without evidence the odds are 1', () => {
    expect(rejectionE(new Evidence(1))).to.be.closeTo(1, 1e-12);
  });

  it('gives a budget to each signal that can reject, and to no other', () => {
    for (const { codes, budget, against } of signals) {
      expect(budget === undefined, codes.join()).to.equal(against === undefined);
    }
  });

  it('has no code of a reason twice', () => {
    expectUnique(signals.flatMap(({ codes }) => codes));
  });

  it('numbers the blockers from 1 without gaps, since checkpoints keep the numbers', () => {
    const codes = signals.flatMap(({ blockers }) => blockers ?? []).map(({ code }) => code);
    expect(codes.toSorted((left, right) => left - right)).to.deep.equal(
      Array.from(codes, (_, index) => index + 1),
    );
  });

  it('is described in docs/verdict.md, code by code', () => {
    for (const code of signals.flatMap(({ codes }) => codes)) {
      expect(DOCUMENT).to.contain(`\`${code}\``);
    }
  });
});
