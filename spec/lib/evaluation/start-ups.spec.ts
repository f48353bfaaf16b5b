import { expect } from 'chai';
import { StartUps } from '../../../lib/evaluation/start-ups.ts';
import type { LogBatch } from '../../../lib/logs/follow/batch.ts';
import { batchOf } from '../../support/log-batches.ts';

function errorBatch(text: string, others = 0): LogBatch {
  const kind = { signature: text, level: 'error', count: 1, example: text } as const;
  return batchOf(1000, { error: 1, info: others }, { kinds: [kind] });
}

describe('the start-up log of candidates', () => {
  it('is summed up for the instance that logged last, and dropped once a test begins', () => {
    const startUps = new StartUps();
    startUps.logged('app-1', 'app-1/1_test', errorBatch('hung up'));
    startUps.logged('app-1', 'app-1/2_test', errorBatch('no cache yet', 2));
    startUps.logged('app-1', 'app-1/2_test', errorBatch('still none'));
    startUps.logged('app-2', 'app-2/1_test', errorBatch('other'));
    const ofTheLast = { errors: 2, lines: 4, example: 'no cache yet' };
    expect(startUps.take('app-1')).to.deep.equal(ofTheLast);
    expect(startUps.take('app-2')).to.deep.equal({ errors: 0, lines: 0, example: undefined });
  });

  it('is kept for four versions', () => {
    const startUps = new StartUps();
    for (let i = 1; i <= 5; i++) startUps.logged(`app-${i}`, '1_test', errorBatch('x'));
    expect(startUps.take('app-5').errors).to.equal(0);
  });
});
