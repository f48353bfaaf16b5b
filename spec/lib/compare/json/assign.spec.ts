import { expect } from 'chai';
import fc from 'fast-check';
import { cheapestPairs } from '../../../../lib/compare/json/assign.ts';

describe('The cheapest pairing', () => {
  it('costs as little as the best of all pairings, and gives every row or every column a partner', () => {
    const size = fc.integer({ min: 1, max: 5 });
    const matrix = fc.tuple(size, size).chain(([rows, columns]) =>
      fc.array(fc.array(fc.nat(9), { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
    );
    fc.assert(
      fc.property(matrix, (costs) => {
        const pairs = cheapestPairs(costs);
        const [rows, columns] = [pairs.map(([row]) => row), pairs.map(([, column]) => column)];
        expect(new Set(rows)).to.have.property('size', pairs.length);
        expect(new Set(columns)).to.have.property('size', pairs.length);
        expect(pairs.length).to.equal(Math.min(costs.length, costs[0]?.length ?? 0));
        const sum = pairs.reduce((total, [row, column]) => total + (costs[row]?.[column] ?? 0), 0);
        expect(sum).to.equal(leastOf(costs));
      }),
      { numRuns: 500 },
    );
  });

  it('pairs nothing of nothing', () => {
    expect(cheapestPairs([])).to.deep.equal([]);
    expect(cheapestPairs([[], []])).to.deep.equal([]);
  });
});

// Private

function leastOf(costs: readonly (readonly number[])[], taken: readonly number[] = []): number {
  const [row, ...rest] = costs;
  if (row === undefined) return 0;
  const withIt = row.flatMap((cost, column) =>
    taken.includes(column) ? [] : cost + leastOf(rest, [...taken, column]),
  );
  // A row may go without a partner where there are more rows than columns.
  const without = costs.length > row.length - taken.length ? [leastOf(rest, taken)] : [];
  return Math.min(...withIt, ...without);
}
