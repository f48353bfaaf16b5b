import { expect } from 'chai';
import { runFaults } from '../soak/faults/run.ts';
import { FAULTS } from '../soak/kit/release.ts';

/** More than in the long form: a daemon that has just started still grows by itself. */
const GROWTH_MAX_BYTES = 128 * 1024 ** 2;

/** The short form of `npm run soak:faults`, which also limits the times of responses. */
describe('A daemon whose version under test does everything wrong', function () {
  this.timeout(120_000);

  it('keeps it from users, counts every request and stays small', async () => {
    const run = await runFaults({
      faults: FAULTS,
      ratePerSecond: 150,
      seconds: 1.2,
      pauseSeconds: 0.3,
      warmUpSeconds: 1,
      // A version that hangs is not awaited; the test finds that it hangs.
      settings: { stop_timeout: '300ms', liveness_interval: '200ms', liveness_timeout: '300ms' },
    });
    expect(run.failures).to.deep.equal([]);
    expect(run.misrouted).to.equal(0);
    expect(run.imbalances).to.deep.equal(FAULTS.map(() => 0));
    expect(run.received).to.equal(run.sent);
    for (const { fault, accounts, residentBytes, residentBeforeBytes } of run.rows) {
      expect(accounts.received - accounts.skipped, `${fault}: offered`).to.be.above(20);
      expect(residentBytes - residentBeforeBytes, fault).to.be.below(GROWTH_MAX_BYTES);
    }
    // Each fault did what its name says.
    const of = (fault: string) => run.rows.find((row) => row.fault === fault);
    expect(of('sleep')?.accounts.mirrored).to.equal(0);
    expect(of('stop')?.restarts).to.be.at.least(1);
    expect(of('crash')?.restarts).to.be.at.least(1);
    for (const fault of ['refuse', 'malformed']) {
      expect(of(fault)?.accounts.failed, fault).to.be.at.least(1);
    }
    for (const fault of ['huge', 'flood']) {
      expect(of(fault)?.accounts.mirrored, fault).to.be.at.least(1);
    }
  });
});
