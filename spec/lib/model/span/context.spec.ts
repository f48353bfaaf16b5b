import { expect } from 'chai';
import fc from 'fast-check';
import { newSpanId, newTraceId, parseTraceParent } from '../../../../lib/model/span/context.ts';

const hex = (length: number) =>
  fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => !/^0+$/.test(text));

describe('A trace context', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(hex(32), hex(16), fc.nat(255), (traceId, spanId, bits) => {
        const flags = bits.toString(16).padStart(2, '0');
        const isSampled = bits % 2 === 1;
        expect(parseTraceParent(`00-${traceId}-${spanId}-${flags}`)) //
          .to.deep.equal({ traceId, spanId, flags, isSampled });
      }),
    );
  });

  it('is nothing where it is anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        expect(parseTraceParent(text)).to.equal(null);
      }),
    );
  });

  it('has ids that are never the same twice', () => {
    const ids = Array.from({ length: 5000 }, (_, index) => {
      return index % 2 === 0 ? newSpanId() : newTraceId().slice(16);
    });
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ids.filter((id) => !/^[0-9a-f]{16}$/.test(id))).to.deep.equal([]);
  });

  it('is valid with new ids', () => {
    const parsed = parseTraceParent(`00-${newTraceId()}-${newSpanId()}-01`);
    expect(parsed?.isSampled).to.equal(true);
  });
});
