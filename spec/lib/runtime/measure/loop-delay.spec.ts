import { expect } from 'chai';
import { LoopDelayWatch } from '../../../../lib/runtime/measure/loop-delay.ts';
import { eventually } from '../../../support/eventually.ts';

describe('The delay of the event loop', () => {
  it('is about as long as the thread was blocked, and is told once', async () => {
    const watch = new LoopDelayWatch();
    try {
      await eventually('it has begun', () => watch.take());
      const until = performance.now() + 200;
      while (performance.now() < until);
      const delay = await eventually('it is woken up late', () => {
        const found = watch.take();
        return found !== null && found.max >= 0.1 ? found : null;
      });
      expect(delay.mean).to.be.at.most(delay.max);
      await eventually('it is over', () => {
        const next = watch.take();
        return next !== null && next.max < delay.max;
      });
    } finally {
      watch.stop();
    }
  });
});
