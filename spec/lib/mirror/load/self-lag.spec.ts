import { expect } from 'chai';
import { SelfLag } from '../../../../lib/mirror/load/self-lag.ts';
import { Tally } from '../../../../lib/mirror/worker/tally.ts';
import { pairOf } from '../../../support/pairs.ts';

const TICK_MS = 25;

describe('delay of the thread that times testing', () => {
  let nowMs = 0;
  let waited = 0;
  const create = (): SelfLag => new SelfLag(TICK_MS, { now: () => nowMs, waitedMs: () => waited });

  it('is none while ticks come in time and the thread gets its processor', () => {
    const delay = create();
    for (let count = 0; count < 10; count++) {
      nowMs += TICK_MS + 1;
      waited += 2;
      expect(delay.isDisturbed()).to.equal(false);
    }
  });

  it('is seen in a tick that comes late, and only there', () => {
    const delay = create();
    nowMs += TICK_MS + 6;
    expect(delay.isDisturbed()).to.equal(true);
    nowMs += TICK_MS;
    expect(delay.isDisturbed()).to.equal(false);
  });

  it('is seen where the thread waited for a processor though the tick came in time', () => {
    const delay = create();
    nowMs += TICK_MS;
    waited += 6;
    expect(delay.isDisturbed()).to.equal(true);
  });

  it('is real on this system', function () {
    if (process.platform !== 'linux') this.skip();
    const delay = new SelfLag(1, { now: () => performance.now() });
    const untilMs = performance.now() + 10;
    while (performance.now() < untilMs);
    expect(delay.isDisturbed()).to.equal(true);
  });
});

describe('tally of pairs', () => {
  it('marks what was timed in a disturbed tick or right after it, nothing else', () => {
    const tally = new Tally();
    const ticks: [string, boolean][] = [
      ['calm', false],
      ['disturbed', true],
      ['after', false],
      ['calm again', false],
    ];
    for (const [requestId, isDisturbed] of ticks) {
      tally.add(pairOf({ requestId }));
      tally.tick(isDisturbed);
    }
    const marked = tally.take()?.outcomes.filter(({ disturbed }) => disturbed === true);
    expect(marked?.map(({ requestId }) => requestId)).to.deep.equal(['disturbed', 'after']);
  });

  it('goes on marking after a report was taken in the middle of a tick', () => {
    const tally = new Tally();
    tally.add(pairOf({ requestId: 'reported' }));
    tally.take();
    tally.add(pairOf({ requestId: 'next' }));
    tally.tick(true);
    expect(tally.take()?.outcomes)
      .to.have.length(1)
      .and.to.satisfy(
        (outcomes: readonly { disturbed?: boolean }[]) => outcomes[0]?.disturbed === true,
      );
  });
});
