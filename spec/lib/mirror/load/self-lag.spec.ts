import { expect } from 'chai';
import { SelfLag } from '../../../../lib/mirror/load/self-lag.ts';

const TICK_MS = 25;

describe('The lag of the thread that times testing', () => {
  let nowMs = 0;
  let waited = 0;
  const create = (): SelfLag => new SelfLag(TICK_MS, { now: () => nowMs, waitedMs: () => waited });

  it('is none while ticks are on time and the thread gets its processor', () => {
    const lag = create();
    for (let count = 0; count < 10; count++) {
      nowMs += TICK_MS + 1;
      waited += 2;
      expect(lag.isDisturbed()).to.equal(false);
    }
  });

  it('shows in a tick that comes late, and only there', () => {
    const lag = create();
    nowMs += TICK_MS + 6;
    expect(lag.isDisturbed()).to.equal(true);
    nowMs += TICK_MS;
    expect(lag.isDisturbed()).to.equal(false);
  });

  it('shows where the thread waited for a processor although the tick was on time', () => {
    const lag = create();
    nowMs += TICK_MS;
    waited += 6;
    expect(lag.isDisturbed()).to.equal(true);
  });

  it('shows on this system while the thread is busy', function () {
    if (process.platform !== 'linux') this.skip();
    const lag = new SelfLag(1, { now: () => performance.now() });
    const untilMs = performance.now() + 10;
    while (performance.now() < untilMs);
    expect(lag.isDisturbed()).to.equal(true);
  });
});
