import { expect } from 'chai';
import * as fc from 'fast-check';
import { editDistance, nearest } from '../../../lib/text/nearest.ts';

describe('nearest', () => {
  it('finds the name that was probably meant', () => {
    const names = ['port', 'port_range', 'scheme', 'readiness.path'];
    expect(nearest('prot', names)).to.equal('port');
    expect(nearest('PORT', names)).to.equal('port');
    expect(nearest('port-range', names)).to.equal('port_range');
    expect(nearest('readyness.path', names)).to.equal('readiness.path');
  });

  it('finds none when none is near', () => {
    expect(nearest('database_url', ['port', 'scheme'])).to.equal(undefined);
    expect(nearest('x', ['port'])).to.equal(undefined);
    expect(nearest('p'.repeat(100_000), ['port'])).to.equal(undefined);
  });

  it('counts slips the same both ways, none for the same word, at most the longer length', () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (one, other) => {
        const distance = editDistance(one, other);
        expect(distance).to.equal(editDistance(other, one));
        expect(distance === 0).to.equal(one === other);
        expect(distance).to.be.at.most(Math.max(one.length, other.length));
      }),
    );
  });

  it('counts two swapped neighbours as one slip', () => {
    expect(editDistance('prot', 'port')).to.equal(1);
    expect(editDistance('ab', 'ba')).to.equal(1);
    expect(editDistance('', 'abc')).to.equal(3);
    expect(editDistance('kitten', 'sitting')).to.equal(3);
  });
});
