import { expect } from 'chai';
import * as fc from 'fast-check';
import type { PairOutcome } from '../../../../lib/compare/outcome.ts';
import { missingField, responseOf, ShadowRun } from '../../../support/pairs.ts';

const pair: fc.Arbitrary<Partial<PairOutcome>> = fc.oneof(
  fc.constant({}),
  fc.constant({ testing: responseOf(500) }),
  fc.constant({ running: responseOf(500) }),
  fc.constant({ differs: true, differences: [missingField('$.a')], baseline: { differs: false } }),
  fc.constant({ differences: [{ ...missingField('$.b'), kind: 'value' as const }] }),
);
const pairs = fc.array(fc.tuple(fc.nat(9), pair), { minLength: 1, maxLength: 60 });

describe('The endpoints in a report', () => {
  it('are the first ones of all that have something to report, however few are asked for', () => {
    fc.assert(
      fc.property(pairs, fc.nat(12), (list, max) => {
        const run = new ShadowRun();
        run.feed(list.length, 1000, (index) => {
          const [name, changes] = list[index] ?? [0, {}];
          return { ...changes, endpoint: `GET /${name}` };
        });
        const all = run.verdict.endpoints(100);
        expect(run.verdict.endpoints(max)).to.deep.equal(all.slice(0, max));
        const reported = new Set(all.map(({ endpoint }) => endpoint));
        for (const { endpoint, held, worse } of run.verdict.endpointStates()) {
          const [, place] = /^GET \/(\d)$/.exec(endpoint) ?? [];
          const differed = list.some(([name, { differs, differences }]) => {
            return String(name) === place && (differs === true || differences !== undefined);
          });
          expect(reported.has(endpoint)).to.equal(held || worse > 0 || differed);
        }
      }),
    );
  });
});
