import { expect } from 'chai';
import * as fc from 'fast-check';
import { KnownBytes } from '../../../lib/gate/known-bytes.ts';

/** Few kinds, so that they are often alike. */
const SAME = fc.uint8Array({ max: 1, maxLength: 6 });

describe('known bytes', () => {
  it('are found where they are, whole and exact, whatever was known before', () => {
    fc.assert(
      fc.property(fc.array(SAME, { minLength: 1 }), SAME, SAME, (all, before, behind) => {
        const known = new KnownBytes();
        let last = Buffer.alloc(0);
        for (const bytes of all) {
          last = Buffer.from(bytes);
          const given = Buffer.concat([before, last, behind]);
          const end = before.length + last.length;
          expect(known.keep(given, before.length, end)).to.equal(last.length !== 0);
          given.fill(7);
          expect(known.isAt(Buffer.concat([last, behind]), 0)).to.equal(last.length !== 0);
        }
        const other = Buffer.from(before);
        const isThere = last.length !== 0 && other.subarray(0, last.length).equals(last);
        expect(known.isAt(other, 0)).to.equal(isThere);
      }),
    );
  });

  it('are none when they are too many', () => {
    const known = new KnownBytes();
    expect(known.keep(Buffer.alloc(4096), 0, 4096)).to.equal(true);
    expect(known.keep(Buffer.alloc(4097), 0, 4097)).to.equal(false);
    expect(known.isAt(Buffer.alloc(4097), 0)).to.equal(false);
  });
});
