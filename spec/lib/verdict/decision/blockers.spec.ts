import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  endpointProgress,
  heldEndpoints,
  heldProgress,
  largestE,
  updateBlocker,
} from '../../../../lib/verdict/decision/blockers.ts';
import { contextOf, type DecisionContext } from '../../../../lib/verdict/decision/context.ts';
import { signals } from '../../../../lib/verdict/signals/list.ts';
import { blankPair, observePair } from '../../../../lib/verdict/signals/observed-pair.ts';
import { DEFAULT_VERDICT_SETTINGS } from '../../../support/default-settings.ts';
import { missingField, pairOf, responseOf } from '../../../support/pairs.ts';

/** How the pairs of one endpoint came out: that many of each kind. */
const endpoint = fc.record({
  same: fc.nat(200),
  worse: fc.nat(2),
  better: fc.nat(1),
  differing: fc.nat(3),
  isAskedAgain: fc.boolean(),
});
type Counts = typeof endpoint extends fc.Arbitrary<infer T> ? T : never;

describe('The endpoints that hold a promotion', () => {
  it('are as far as the one that is farthest from letting go, whichever is looked at first', () => {
    let most = 0;
    fc.assert(
      fc.property(fc.array(endpoint, { maxLength: 12, size: 'max' }), (endpoints) => {
        const context = observed(endpoints);
        const held = heldEndpoints(context);
        most = Math.max(most, held.length);
        const each = held.map((one) => endpointProgress(one));
        expect(heldProgress(context)).to.equal(Math.min(1, ...each));
        expect(heldProgress(observed(endpoints.toReversed()))).to.equal(heldProgress(context));
      }),
    );
    expect(most, 'held at once').to.be.greaterThan(3);
  });

  it('are named by how much speaks against them', () => {
    fc.assert(
      fc.property(fc.array(endpoint, { maxLength: 12, size: 'max' }), (endpoints) => {
        const weights = heldEndpoints(observed(endpoints)).map(largestE);
        expect(weights).to.deep.equal(weights.toSorted((left, right) => right - left));
      }),
    );
  });
});

// Private

function observed(endpoints: readonly Counts[]): DecisionContext {
  const context = contextOf(DEFAULT_VERDICT_SETTINGS);
  for (const [index, counts] of endpoints.entries()) {
    const { same, worse, better, differing, isAskedAgain } = counts;
    const baseline = isAskedAgain ? { differs: false } : null;
    const failed = responseOf(500);
    observe(context, index, same, { baseline });
    observe(context, index, worse, { testing: failed });
    observe(context, index, better, { running: failed });
    const differs = { differs: true, differences: [missingField('$.price')], baseline };
    observe(context, index, differing, differs);
  }
  return context;
}

function observe(
  context: DecisionContext,
  index: number,
  count: number,
  changes: Parameters<typeof pairOf>[0],
): void {
  const name = `GET /${index}`;
  const pair = blankPair();
  for (let n = 0; n < count; n++) {
    const evidence = context.evidence.endpoints.of(name, true);
    observePair(context, evidence, pairOf({ ...changes, endpoint: name }), n, pair);
    for (const signal of signals) signal.observe?.(context, evidence, pair);
    updateBlocker(context, evidence);
  }
}
