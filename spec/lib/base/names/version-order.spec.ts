import { expect } from 'chai';
import * as fc from 'fast-check';
import { compareVersions } from '../../../../lib/base/names/version-order.ts';

const ORDERED = [
  '0.9',
  '1.0-alpha',
  '1.0-alpha-2',
  '1.0-alpha-10',
  '1.0-b1',
  '1.0-m2',
  '1.0-milestone-3',
  '1.0-cr1',
  '1.0-rc2',
  '1.0-RC10',
  '1.0-SNAPSHOT',
  '1.0-20220309.235959-99',
  '1.0-20220310.101112-5',
  '1.0-20220310.101112-10',
  '1.0-20220310.101113-1',
  '1.0',
  '1.0-sp1',
  '1.0-jdk17',
  '1.0-1',
  '1.0.1-SNAPSHOT',
  '1.0.1',
  '1.0.2.1',
  '1.0.10',
  '1.1',
  '1.10',
  '2',
  '10.0',
  '20220310.1',
  '99999999999999999999',
  '100000000000000000000',
];
const anyVersion = fc.oneof(
  fc.constantFrom(...ORDERED),
  fc
    .array(
      fc.constantFrom('0', '1', '01', '10', 'a', 'b', 'rc', 'x', 'sp', '.', '-', '+', 'final'),
      {
        maxLength: 8,
      },
    )
    .map((parts) => `1${parts.join('')}`),
  fc.string(),
);

describe('the order of versions', () => {
  it('is numeric, then by Maven qualifier, with snapshots ordered by date, time and build', () => {
    for (const [i, a] of ORDERED.entries()) {
      for (const [j, b] of ORDERED.entries()) {
        expect(Math.sign(compareVersions(a, b)), `${a} to ${b}`).to.equal(Math.sign(i - j));
      }
    }
  });

  it('places equivalent versions next to each other', () => {
    for (const [a, b] of [
      ['1.0', '1.0.0'],
      ['1.0', '1.0.0.Final'],
      ['1.0-rc3', '1.0-CR3'],
      ['1.0-rc2', '1.0.RC.02'],
    ] as const) {
      const between = [...new Set([...ORDERED, a, b])].sort(compareVersions);
      expect(Math.abs(between.indexOf(a) - between.indexOf(b)), `${a} and ${b}`).to.be.at.most(1);
    }
  });

  it('is total: antisymmetric, transitive, and 0 only for the same text', () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        const ab = Math.sign(compareVersions(a, b));
        expect(ab).to.equal(-Math.sign(compareVersions(b, a)) + 0);
        expect(ab === 0).to.equal(a === b);
        if (ab <= 0 && compareVersions(b, c) <= 0) expect(compareVersions(a, c)).to.be.at.most(0);
      }),
      { numRuns: 2000 },
    );
  });
});
