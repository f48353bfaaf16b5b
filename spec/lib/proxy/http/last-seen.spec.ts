import { expect } from 'chai';
import * as fc from 'fast-check';
import { LastSeen } from '../../../../lib/proxy/http/last-seen.ts';

/** Marks the end of the bytes, as a head does. */
const END = Buffer.of(9);
/** Of so few kinds that many are the same. */
const SAME = fc.uint8Array({ max: 1, maxLength: 4 });

/** Reads the bytes at `start` as a reader does; returns whether they were in the cache. */
function read(cache: LastSeen<string>, given: Buffer, start: number, end: number): boolean {
  const found = cache.find(given, start);
  const meaning = given.toString('hex', start, end);
  if (found === null) cache.keep(given, start, end, meaning);
  else expect(given.toString('hex', start, start + cache.length)).to.equal(found);
  return found !== null;
}

describe('the last-seen cache', () => {
  it('returns the meaning of the bytes, whatever it contained before', () => {
    fc.assert(
      fc.property(fc.array(SAME), SAME, SAME, (all, before, after) => {
        const cache = new LastSeen<string>();
        for (const bytes of all) {
          const given = Buffer.concat([before, bytes, END, after]);
          read(cache, given, before.length, before.length + bytes.length + END.length);
          given.fill(7);
          expect(cache.find(Buffer.from(before.subarray(0, 1)), 1)).to.equal(null);
        }
      }),
    );
  });

  it('hits from the third time on', () => {
    const cache = new LastSeen<string>();
    const given = Buffer.from('head');
    const times = [1, 2, 3, 4].map(() => read(cache, Buffer.from(given), 0, 4));
    expect(times).to.deep.equal([false, false, true, true]);
    expect(read(cache, Buffer.from('hea'), 0, 3)).to.equal(false);
  });

  it('hits again soon after many different bytes', () => {
    const cache = new LastSeen<string>();
    for (let index = 0; index < 1000; index++) {
      expect(read(cache, Buffer.from(`head ${1000 + index}`), 0, 9)).to.equal(false);
    }
    const times = Array.from({ length: 20 }, () => read(cache, Buffer.from('same head'), 0, 9));
    expect(times.indexOf(true)).to.be.within(2, 10);
    expect(times.slice(10)).not.to.include(false);
  });

  it('does not keep more than 4 KiB', () => {
    for (const [bytes, isKept] of [
      [4096, true],
      [4097, false],
    ] as const) {
      const cache = new LastSeen<string>();
      const times = [1, 2, 3].map(() => read(cache, Buffer.alloc(bytes), 0, bytes));
      expect(times).to.deep.equal([false, false, isKept]);
    }
  });
});
