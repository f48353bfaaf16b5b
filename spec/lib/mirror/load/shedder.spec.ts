import { expect } from 'chai';
import { LoadShedder } from '../../../../lib/mirror/load/shedder.ts';
import { watchThreadLoad } from '../../../../lib/mirror/load/thread-load.ts';

const BUSY = { busy: 0.99, waiting: 0 };
const CALM = { busy: 0.3, waiting: 0 };

function admitted(shedder: LoadShedder, offers: number): number {
  let count = 0;
  for (let index = 0; index < offers; index++) count += Number(shedder.admits());
  return count;
}

describe('users first', () => {
  it('makes every copy while the users’ thread has time', () => {
    const shedder = new LoadShedder(0.95);
    for (let look = 0; look < 10; look++) shedder.update(CALM);
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('does not mind a burst', () => {
    const shedder = new LoadShedder(0.95);
    for (let burst = 0; burst < 5; burst++) {
      for (let look = 0; look < 5; look++) shedder.update(BUSY);
      shedder.update(CALM);
    }
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('gives up more and more copies of a thread that stays busy, never all, and comes back', () => {
    const shedder = new LoadShedder(0.95);
    for (let look = 0; look < 6; look++) shedder.update(BUSY);
    expect(admitted(shedder, 4000)).to.be.within(990, 1010);
    for (let look = 0; look < 100; look++) shedder.update(BUSY);
    expect(admitted(shedder, 64_000)).to.be.within(990, 1010);
    for (let look = 0; look < 24; look++) shedder.update(CALM);
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('copies ten requests in a row when it does not copy all', () => {
    const shedder = new LoadShedder(0.95);
    for (let look = 0; look < 100; look++) shedder.update(BUSY);
    const made = Array.from({ length: 6450 }, () => (shedder.admits() ? '+' : '-')).join('');
    const runs = made.split(/-+/).filter((run) => run !== '');
    expect(runs.length).to.be.within(9, 11);
    for (const run of runs) expect(run).to.equal('+'.repeat(10));
  });

  it('makes 25 copies a second where one in 64 is more than enough', () => {
    const shedder = new LoadShedder(0.95);
    const [looksPerSecond, offersPerLook] = [40, 800];
    let made = 0;
    for (let look = 0; look < 5 * looksPerSecond; look++) {
      const admittedNow = admitted(shedder, offersPerLook);
      if (look >= 4 * looksPerSecond) made += admittedNow;
      shedder.update(BUSY);
    }
    expect(made).to.be.within(20, 30);
  });

  it('waits longer and longer before more copies as long as more are too many, until the rush is over', () => {
    const shedder = new LoadShedder(0.95);
    const shed = (): void => {
      for (let look = 0; look < 6; look++) shedder.update(BUSY);
    };
    const looksUntilMore = (): number => {
      const before = admitted(shedder, 64_000);
      for (let looks = 1; ; looks++) {
        shedder.update({ busy: 0.7, waiting: 0 });
        if (admitted(shedder, 64_000) > before * 1.5) return looks;
      }
    };
    shed();
    const waits = [1, 2, 3, 4, 5, 6, 7].map(() => {
      const looks = looksUntilMore();
      shed();
      return looks;
    });
    expect(waits).to.deep.equal([4, 8, 16, 32, 64, 128, 128]);
    shedder.update(CALM);
    expect(looksUntilMore()).to.be.at.most(4);
  });

  it('gives up copies when the thread has to wait for a processor', () => {
    const shedder = new LoadShedder(0.95);
    for (let look = 0; look < 6; look++) shedder.update({ busy: 0.8, waiting: 0.4 });
    expect(admitted(shedder, 4000)).to.be.within(990, 1010);
  });

  it('minds no busy host while the thread has little to do itself', () => {
    const shedder = new LoadShedder(0.95);
    for (let look = 0; look < 20; look++) shedder.update({ busy: 0.3, waiting: 0.5 });
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('never gives up any with a limit of 1', () => {
    const shedder = new LoadShedder(1);
    for (let look = 0; look < 10; look++) shedder.update({ busy: 1, waiting: 1 });
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('sees a thread that never rests as busy', () => {
    const load = watchThreadLoad();
    const untilMs = performance.now() + 30;
    while (performance.now() < untilMs);
    const { busy, waiting } = load();
    expect(busy).to.be.within(0.9, 1);
    expect(waiting).to.be.within(0, 1);
  });
});
