import { expect } from 'chai';
import { waveLimit, waveText } from '../../../../lib/model/promotion/wave.ts';

describe('A wave', () => {
  it('has at least one host and at most all, and never more than its share', () => {
    expect(waveLimit({ hosts: 1 }, 200)).to.equal(1);
    expect(waveLimit({ hosts: 5 }, 3)).to.equal(3);
    expect(waveLimit({ share: 0.25 }, 3)).to.equal(1);
    expect(waveLimit({ share: 0.25 }, 8)).to.equal(2);
    expect(waveLimit({ share: 0.29 }, 100)).to.equal(29);
    expect(waveLimit({ share: 0.5 }, 5)).to.equal(2);
    expect(waveLimit({ share: 1 }, 7)).to.equal(7);
  });

  it('is shown as people write it', () => {
    const waves = [{ hosts: 2 }, { share: 0.25 }, { share: 1 }];
    expect(waves.map(waveText)).to.deep.equal(['2', '25%', '100%']);
  });
});
