import { expect } from 'chai';
import { processorsWithout } from '../../../lib/runtime/processors.ts';

describe('processorsWithout', () => {
  it('names no processor, which means all, when none is spared', () => {
    expect(processorsWithout(0)).to.equal('');
  });

  it('leaves at least one processor, however many are spared', () => {
    const [most, one] = [processorsWithout(1), processorsWithout(100_000)];
    expect(one).to.match(/^\d*$/);
    expect(most.endsWith(one)).to.equal(true);
  });
});
