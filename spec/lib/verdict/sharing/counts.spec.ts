import { expect } from 'chai';
import { ENDPOINT_COUNTS, TOTAL_COUNTS } from '../../../../lib/verdict/sharing/counts.ts';
import { pairOf, responseOf, ShadowRun } from '../../../support/pairs.ts';

interface Checkpoint {
  readonly evidence: {
    readonly totals: Readonly<Record<string, unknown>>;
    readonly endpoints: { readonly list: readonly { readonly counts: Record<string, unknown> }[] };
  };
}

describe('What adds up over hosts', () => {
  const run = new ShadowRun();
  run.verdict.pair(pairOf({ testing: responseOf(500) }));
  const { evidence } = run.verdict.checkpoint() as Checkpoint;

  it('is kept by some signal, name by name', () => {
    expect(Object.keys(evidence.totals)).to.include.members([...TOTAL_COUNTS]);
    const [endpoint] = evidence.endpoints.list;
    expect(Object.keys(endpoint?.counts ?? {})).to.include.members([...ENDPOINT_COUNTS]);
  });

  it('is named once', () => {
    for (const names of [TOTAL_COUNTS, ENDPOINT_COUNTS]) {
      expect(new Set(names).size).to.equal(names.length);
    }
  });
});
