import { expect } from 'chai';
import * as fc from 'fast-check';
import type { IgnoredField } from '../../../lib/compare/noise/ignored.ts';
import { IgnoredFields } from '../../../lib/evaluation/ignored-fields.ts';

describe('the ignored fields of a test', () => {
  it('are those last reported as ignored, one for each endpoint, reason, kind and path', () => {
    const fields = new IgnoredFields();
    fields.update([field({ times: 1 }), field({ reason: 'rule' }), field({ kind: 'type' })]);
    fields.update([field({ times: 9 }), field({ reason: 'rule', ignored: false })]);
    expect(fields.all()).to.deep.equal([field({ kind: 'type' }), field({ times: 9 })]);
  });

  it('are at most 1000, of which those reported last stay', () => {
    const fields = new IgnoredFields();
    for (let n = 0; n < 1500; n++) fields.update([field({ path: `$.field${n}` })]);
    expect(fields.all()).to.have.length(1000);
    expect(fields.all()[0]?.path).to.equal('$.field500');
  });

  it('are the same after a checkpoint, without entries that are not fields', () => {
    const fields = new IgnoredFields();
    fields.restore([null, 'x', { ...field({}), times: '9' }, field({ path: '$.at' })]);
    expect(fields.all()).to.deep.equal([field({ path: '$.at' })]);
    fc.assert(
      fc.property(fc.anything(), (saved) => {
        const other = new IgnoredFields();
        other.restore(saved);
        expect(other.all()).to.deep.equal([]);
      }),
    );
  });
});

// Private

function field(change: Partial<IgnoredField>): IgnoredField {
  const place = { endpoint: 'GET /a', kind: 'value', path: '$.a' } as const;
  return { ...place, reason: 'noise', ignored: true, times: 3, of: 3, ...change };
}
