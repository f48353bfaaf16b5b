import { expect } from 'chai';
import { Watchdog } from '../../../lib/runtime/watchdog.ts';
import { eventually } from '../../support/eventually.ts';

const CHECK_MS = 5;

describe('a watchdog', () => {
  const stuck: number[] = [];
  const watchdog = new Watchdog(CHECK_MS, (limitMs) => stuck.push(limitMs));

  afterEach(() => {
    watchdog.stop();
    stuck.length = 0;
  });

  it('reports once that no sign of life came, with the limit', async () => {
    watchdog.expect(20);
    await eventually('a report', () => stuck.length > 0);
    await checks(4);
    expect(stuck).to.deep.equal([20]);
  });

  it('does not blame the other one while this thread is busy itself', async () => {
    watchdog.expect(50);
    const untilMs = performance.now() + 200;
    while (performance.now() < untilMs);
    await checks(1);
    expect(stuck).to.deep.equal([]);
  });

  it('is quiet while signs of life come, and after it was stopped', async () => {
    for (let n = 0; n < 10; n += 1) {
      watchdog.expect(20);
      await checks(2);
    }
    watchdog.stop();
    await checks(8);
    expect(stuck).to.deep.equal([]);
  });
});

// Private

/** Lets that many intervals of the watchdog pass, counted as the watchdog counts them. */
function checks(count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const timer = setInterval(() => {
      left -= 1;
      if (left > 0) return;
      clearInterval(timer);
      resolve();
    }, CHECK_MS);
  });
}
