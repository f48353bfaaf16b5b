import { expect } from 'chai';
import * as fc from 'fast-check';
import { LastSeen } from '../../../../lib/proxy/http/last-seen.ts';

/** A head says itself where it ends. */
const END = Buffer.of(9);
/** Few kinds, so that they are often alike. */
const SAME = fc.uint8Array({ max: 1, maxLength: 4 });

/** Reads what stands at `start` as a reader does; tells whether it was known. */
function read(known: LastSeen<string>, given: Buffer, start: number, end: number): boolean {
  const found = known.find(given, start);
  const meaning = given.toString('hex', start, end);
  if (found === null) known.keep(given, start, end, meaning);
  else expect(given.toString('hex', start, start + known.length)).to.equal(found);
  return found !== null;
}

describe('what is known of bytes', () => {
  it('is what they mean, whatever was known before', () => {
    fc.assert(
      fc.property(fc.array(SAME), SAME, SAME, (all, before, behind) => {
        const known = new LastSeen<string>();
        for (const bytes of all) {
          const given = Buffer.concat([before, bytes, END, behind]);
          read(known, given, before.length, before.length + bytes.length + END.length);
          given.fill(7);
          expect(known.find(Buffer.from(before.subarray(0, 1)), 1)).to.equal(null);
        }
      }),
    );
  });

  it('is there from the third time on', () => {
    const known = new LastSeen<string>();
    const given = Buffer.from('head');
    const times = [1, 2, 3, 4].map(() => read(known, Buffer.from(given), 0, 4));
    expect(times).to.deep.equal([false, false, true, true]);
    expect(read(known, Buffer.from('hea'), 0, 3)).to.equal(false);
  });

  it('is there again soon after many that were not alike', () => {
    const known = new LastSeen<string>();
    for (let index = 0; index < 1000; index++) {
      expect(read(known, Buffer.from(`head ${1000 + index}`), 0, 9)).to.equal(false);
    }
    const times = Array.from({ length: 20 }, () => read(known, Buffer.from('same head'), 0, 9));
    expect(times.indexOf(true)).to.be.within(2, 10);
    expect(times.slice(10)).not.to.include(false);
  });

  it('is nothing when they are too many', () => {
    for (const [bytes, isKnown] of [
      [4096, true],
      [4097, false],
    ] as const) {
      const known = new LastSeen<string>();
      const times = [1, 2, 3].map(() => read(known, Buffer.alloc(bytes), 0, bytes));
      expect(times).to.deep.equal([false, false, isKnown]);
    }
  });
});
