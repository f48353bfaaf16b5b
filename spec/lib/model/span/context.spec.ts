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

  it('is valid with new ids', () => {
    const parsed = parseTraceParent(`00-${newTraceId()}-${newSpanId()}-01`);
    expect(parsed?.isSampled).to.equal(true);
  });
});
