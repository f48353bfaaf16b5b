import { expect } from 'chai';
import { processorsWithout } from '../../../lib/runtime/processors.ts';

describe('processors', () => {
  it('are all there are when none is spared', () => {
    expect(processorsWithout(0)).to.equal('');
  });

  it('never run out, however many are spared', () => {
    const [most, one] = [processorsWithout(1), processorsWithout(100_000)];
    expect(one).to.match(/^\d*$/);
    expect(most.endsWith(one)).to.equal(true);
  });
});
