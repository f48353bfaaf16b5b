import { expect } from 'chai';
import * as fc from 'fast-check';
import { type SampleEntry, SampleIndex } from '../../../../lib/evaluation/samples/sample-index.ts';

const entry: fc.Arbitrary<SampleEntry> = fc.record({
  id: fc.constantFrom('1', '2', '3', '4', '5'),
  endpoint: fc.constantFrom('GET /a', 'GET /b'),
  signal: fc.constant('errors' as const),
  key: fc.string(),
  atMs: fc.nat(4),
  logs: fc.constant(null),
});
const change = fc.record({ entry, isRemoved: fc.boolean(), isAsked: fc.boolean() });

describe('The index of samples', () => {
  it('has them oldest first after each change, whether or not it was asked in between', () => {
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const index = new SampleIndex();
        const expected = new Map<string, SampleEntry>();
        for (const { entry: one, isRemoved, isAsked } of changes) {
          if (isRemoved) {
            index.delete(one.id);
            expected.delete(one.id);
          } else {
            index.set(one);
            expected.set(one.id, one);
          }
          if (isAsked) index.all();
        }
        const sorted = [...expected.values()].toSorted((left, right) => left.atMs - right.atMs);
        expect(index.all()).to.deep.equal(sorted);
        for (const name of ['GET /a', 'GET /b']) {
          const count = sorted.filter(({ endpoint }) => endpoint === name).length;
          expect(index.countOf(name)).to.equal(count);
        }
        for (const id of ['1', '2', '3']) expect(index.get(id)).to.equal(expected.get(id));
      }),
    );
  });
});
