import { expect } from 'chai';
import * as fc from 'fast-check';
import { Known } from '../../../lib/gate/known.ts';

/** Few kinds, so that they are often alike. */
const SAME = fc.uint8Array({ max: 1, maxLength: 6 });

describe('what is known of bytes', () => {
  it('is found where they are, whole and exact, whatever was known before', () => {
    fc.assert(
      fc.property(fc.array(SAME, { minLength: 1 }), SAME, SAME, (all, before, behind) => {
        const known = new Known<string>();
        let last = Buffer.alloc(0);
        let meaning: string | null = null;
        for (const [index, bytes] of all.entries()) {
          last = Buffer.from(bytes);
          meaning = last.length === 0 ? null : `the ${index}th`;
          const given = Buffer.concat([before, last, behind]);
          known.keep(given, before.length, before.length + last.length, `the ${index}th`);
          given.fill(7);
          expect(known.find(Buffer.concat([last, behind]), 0)).to.equal(meaning);
          expect(known.length).to.equal(last.length);
        }
        const other = Buffer.from(before);
        const isThere = other.subarray(0, last.length).equals(last);
        expect(known.find(other, 0)).to.equal(isThere ? meaning : null);
      }),
    );
  });

  it('is nothing when they are too many', () => {
    const known = new Known<string>();
    known.keep(Buffer.alloc(4096), 0, 4096, 'much');
    expect(known.find(Buffer.alloc(5000), 900)).to.equal('much');
    known.keep(Buffer.alloc(4097), 0, 4097, 'too much');
    expect(known.find(Buffer.alloc(5000), 0)).to.equal(null);
  });
});
