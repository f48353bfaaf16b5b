import { expect } from 'chai';
import * as fc from 'fast-check';
import {
  readRecord,
  recordBuffer,
  recordBytes,
  recordSizeAt,
  writeRecord,
} from '../../../../lib/mirror/wire/codec.ts';
import type { Exchange, FailureKind } from '../../../../lib/model/exchange.ts';

const FAILURES: (FailureKind | null)[] = [
  null,
  'refused',
  'timeout',
  'reset',
  'closed',
  'malformed',
];

const latin1 = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'));
const flatHeaders = fc
  .array(fc.tuple(latin1, latin1), { maxLength: 12 })
  .map((pairs) => pairs.flat());
const body = fc.option(fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)));
const untraced: fc.Arbitrary<Exchange> = fc.record({
  requestId: latin1,
  method: latin1,
  path: latin1,
  operation: latin1,
  endpoint: latin1,
  headers: flatHeaders,
  body,
  atMs: fc.double({ noNaN: true }),
  status: fc.nat(999),
  failure: fc.constantFrom(...FAILURES),
  responseHeaders: flatHeaders,
  responseBody: body,
  responseBytes: fc.maxSafeNat(),
  responseDigest: fc.option(latin1),
  runningMs: fc.double({ noNaN: true }),
});
const exchange = fc
  .tuple(untraced, fc.constantFrom('', 'a-b'))
  .map(([one, trace]): Exchange => (trace === '' ? one : { ...one, trace }));

describe('The exchange codec', () => {
  it('reads back every exchange as it was, one after the other', () => {
    fc.assert(
      fc.property(fc.array(exchange, { maxLength: 5 }), (exchanges) => {
        const total = exchanges.reduce((sum, each) => sum + recordBytes(each), 0);
        const records = recordBuffer(new SharedArrayBuffer(total));
        let offset = 0;
        for (const each of exchanges) {
          const size = recordBytes(each);
          writeRecord(records, offset, size, each);
          offset += size;
        }
        expect(offset).to.equal(total);
        offset = 0;
        for (const each of exchanges) {
          expect(readRecord(records, offset)).to.deep.equal(each);
          offset += recordSizeAt(records, offset);
        }
      }),
    );
  });
});
