import { expect } from 'chai';
import { AheadPace } from '../../../../lib/proxy/io/ahead-pace.ts';

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('requests that were sent ahead', () => {
  it('begin a few in each turn of the event loop, in the order in which their turns came', async () => {
    const pace = new AheadPace();
    const begun: number[] = [];
    for (let at = 0; at < 50; at++) pace.next(() => begun.push(at));
    const counts = [begun.length];
    while (begun.length < 50) {
      await turnOfTheLoop();
      counts.push(begun.length);
    }
    expect(begun).to.deep.equal(Array.from({ length: 50 }, (_, at) => at));
    expect(counts).to.deep.equal([8, 16, 24, 32, 40, 48, 50]);
  });

  it('begin at once while they are few', async () => {
    const pace = new AheadPace();
    let begun = 0;
    for (let turn = 0; turn < 5; turn++) {
      for (let at = 0; at < 8; at++) pace.next(() => begun++);
      expect(begun).to.equal((turn + 1) * 8);
      await turnOfTheLoop();
    }
  });

  it('that come while others wait have to wait behind them', async () => {
    const pace = new AheadPace();
    const begun: string[] = [];
    for (let at = 0; at < 10; at++) pace.next(() => begun.push('first'));
    await turnOfTheLoop();
    for (let at = 0; at < 10; at++) pace.next(() => begun.push('second'));
    expect(begun.lastIndexOf('first')).to.equal(9);
    expect(begun).to.have.length(16);
    await turnOfTheLoop();
    expect(begun).to.have.length(20);
  });
});
