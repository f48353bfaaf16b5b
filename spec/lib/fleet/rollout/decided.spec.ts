import { expect } from 'chai';
import { objectionToRetest } from '../../../../lib/fleet/rollout/decided.ts';
import type { Rollout } from '../../../../lib/fleet/rollout/records.ts';
import { hostOf, inputOf, NEW, NEWER, OLD, planned, REJECT } from './fleet-records.ts';

function rolloutWith(change: Partial<Rollout>): Rollout {
  const { rollout } = planned(null, inputOf([hostOf('a')], { merged: REJECT }));
  return { ...rollout, ...change };
}

describe('A test anew on one of several hosts', () => {
  it('comes to nothing once the fleet has decided on the version, which is told with the reason', () => {
    const text = objectionToRetest(rolloutWith({}), NEW);
    expect(text).to.match(/^the fleet has decided on shop-1\.1 \(rejected by vili: it fails more/);
    expect(text).to.match(/as a new version/);
    expect(objectionToRetest(rolloutWith({ phase: 'stopped' }), NEW)).to.match(/stopped by vili/);
    const later = rolloutWith({ candidate: NEWER, finished: [NEW.sha256], phase: 'collecting' });
    expect(objectionToRetest(later, NEW)).to.match(/^the fleet has decided on shop-1\.1, and one/);
  });

  it('is possible while it is decided on, where it was not, and where late hosts still go', () => {
    expect(objectionToRetest(null, NEW)).to.equal(null);
    expect(objectionToRetest(rolloutWith({}), OLD)).to.equal(null);
    for (const phase of ['collecting', 'waves', 'done'] as const) {
      expect(objectionToRetest(rolloutWith({ phase }), NEW), phase).to.equal(null);
    }
  });
});
