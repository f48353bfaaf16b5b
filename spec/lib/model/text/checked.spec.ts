import { expect } from 'chai';
import { checkedReaders } from '../../../../lib/model/text/checked.ts';

const read = checkedReaders('VILI_SAMPLE', 'the sample');

describe('Data that may be anything', () => {
  it('is returned as it is where it is what was asked for', () => {
    const [record, list] = [{ a: 1 }, [1, 2]];
    expect(read.record(record, 'it')).to.equal(record);
    expect(read.list(list, 'all', 2)).to.equal(list);
    expect(read.number(0, 'n')).to.equal(0);
    expect(read.number(-1, 'n', -1, 1)).to.equal(-1);
    expect(read.number(Number.MAX_VALUE, 'n')).to.equal(Number.MAX_VALUE);
  });

  it('is refused with its place, its value and the rule', () => {
    const cases: readonly (readonly [() => unknown, string])[] = [
      [() => read.record(null, 'it'), 'it is null, it must be an object'],
      [() => read.record([], 'it'), 'it is [], it must be an object'],
      [() => read.list(undefined, 'all', 2), 'all is missing, it must be a list'],
      [() => read.list([1, 2, 3], 'all', 2), 'the length of all is 3, it must be at most 2'],
      [() => read.number('1', 'n'), 'n is "1", it must be a number of 0 or more, and finite'],
      [() => read.number(-1, 'n', 0, 9), 'n is -1, it must be a number of 0 to 9'],
      [() => read.number(Number.NaN, 'n', 0, 9), 'n is null, it must be a number of 0 to 9'],
      [() => read.number(Infinity, 'n'), 'n is null, it must be a number of 0 or more, and finite'],
    ];
    for (const [use, text] of cases) {
      expect(use, text).to.throw(`the sample: ${text}`).with.property('code', 'VILI_SAMPLE');
    }
  });

  it('is shown in part only, however long it is', () => {
    const { message } = read.invalid('it', 'x'.repeat(1000), 'short');
    expect(message).to.have.length.below(120);
  });
});
