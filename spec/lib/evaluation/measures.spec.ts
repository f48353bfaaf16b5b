import { expect } from 'chai';
import type { PairOutcome } from '../../../lib/compare/outcome.ts';
import { Measures } from '../../../lib/evaluation/measures.ts';
import { batchOf } from '../../support/log-batches.ts';
import { pairOf, responseOf } from '../../support/pairs.ts';

describe('the measures of a test', () => {
  it('count failures and client errors of each side', () => {
    const { running, testing } = measured([
      { running: responseOf(200), testing: responseOf(404) },
      { running: responseOf(403), testing: responseOf(500) },
      { testing: { status: 0, ms: 1, failure: 'timeout' } },
    ]).view();
    expect(running).to.include({ failed: 0, clientErrors: 1 });
    expect(testing).to.include({ failed: 2, clientErrors: 1 });
  });

  it('count the pairs with a baseline in which only one side differed', () => {
    const sides = [true, false].flatMap((differs) => [
      { differs, baseline: { differs: true } },
      { differs, baseline: { differs: false } },
      { differs, baseline: null },
    ]);
    const view = measured([...sides, { differs: true, baseline: { differs: false } }]).view();
    expect(view).to.include({ pairs: 7, baselines: 5, testingDiffers: 2, runningDiffers: 1 });
  });

  it('time the responses that did not fail, in pairs that were not disturbed', () => {
    const { running, testing } = measured([
      { running: responseOf(200, 10), testing: responseOf(404, 20) },
      { running: responseOf(500, 9000), testing: responseOf(200, 20) },
      { running: responseOf(200, 9000), testing: responseOf(200, 9000), disturbed: true },
    ]).view();
    expect(running.p95Ms).to.be.within(9.6, 10.4);
    expect(testing.p95Ms).to.be.within(19.2, 20.8);
  });

  it('sum up error lines of each side, and pairs without a baseline request', () => {
    const measures = new Measures();
    measures.logged('testing', batchOf(0, { error: 2, fatal: 1, warn: 5 }));
    measures.paused({ slow: 3, busy: 1 });
    measures.paused({ slow: 1, busy: 0 });
    const { running, testing, pausedSlow, pausedBusy } = measures.view();
    expect([running.errorLines, testing.errorLines]).to.deep.equal([0, 3]);
    expect({ pausedSlow, pausedBusy }).to.deep.equal({ pausedSlow: 4, pausedBusy: 1 });
  });

  it('are the same after a checkpoint, whose names are kept for older ones', () => {
    const measures = measured([{ testing: responseOf(404), baseline: { differs: true } }]);
    measures.logged('running', batchOf(0, { error: 2 }));
    const saved = JSON.parse(JSON.stringify(measures.checkpoint())) as Record<string, unknown>;
    expect(saved).to.include({ pairs: 1, controls: 1, runningDiffers: 1, pausedSlow: 0 });
    expect(saved['testing']).to.include({ failed: 0, refused: 1, errorLines: 0 });
    const restored = new Measures();
    restored.restore(saved);
    expect(restored.view()).to.deep.equal(measures.view());
  });

  it('are zero after anything that is not a checkpoint', () => {
    for (const saved of [
      null,
      7,
      [],
      { pairs: -1, controls: '2', running: { failed: Infinity } },
    ]) {
      const measures = measured([{}]);
      measures.restore(saved);
      const { pairs, baselines, running } = measures.view();
      expect([pairs, baselines, running.failed]).to.deep.equal([0, 0, 0]);
    }
  });
});

// Private

function measured(pairs: readonly Partial<PairOutcome>[]): Measures {
  const measures = new Measures();
  for (const pair of pairs) measures.pair(pairOf(pair));
  return measures;
}
