import { expect } from 'chai';
import fc from 'fast-check';
import { Tally } from '../../lib/verdict/evidence/tally.ts';
import { ShadowRun } from '../support/pairs.ts';

describe('Issue 15: lists of findings', () => {
  it('are in the order of their weight, whatever the order in which they were seen', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 16 });
    fc.assert(
      fc.property(counts, fc.infiniteStream(fc.nat(1000)), (weights, draws) => {
        const seen = weights.flatMap((count, field) =>
          Array.from({ length: count }, () => ({ kind: 'value', path: `$.f${field}` })),
        );
        const listOf = (list: typeof seen) => {
          const tally = new Tally();
          for (const one of list) tally.add(one, 'request');
          return tally.entries().map(({ path, count }) => `${path} ${count}`);
        };
        const shuffled = seen
          .map((one) => [draws.next().value ?? 0, one] as const)
          .sort(([a], [b]) => a - b)
          .map(([, one]) => one);
        expect(listOf(shuffled)).to.deep.equal(listOf(seen));
      }),
    );
  });

  it('have a field that changed each time however many others of the same response did', () => {
    const run = new ShadowRun().feed(50, 1000, (index) => ({
      differences: [
        ...Array.from({ length: 18 }, (_, field) => ({
          kind: 'value' as const,
          path: `$.f${index}x${field}`,
        })),
        { kind: 'value', path: '$.price', running: '42', testing: '0' },
      ],
    }));
    const [report] = run.verdict.endpoints(1);
    const [first, second] = report?.alsoSeen ?? [];
    expect(first?.path).to.equal('$.price');
    expect([(first?.count ?? 0) >= 40, second?.count]).to.deep.equal([true, 1]);
  });
});
