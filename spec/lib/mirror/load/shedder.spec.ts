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

describe('The load shedder', () => {
  it('makes every copy while the event loop has time', () => {
    const shedder = new LoadShedder(0.95);
    for (let poll = 0; poll < 10; poll++) shedder.update(CALM);
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('ignores a burst', () => {
    const shedder = new LoadShedder(0.95);
    for (let burst = 0; burst < 5; burst++) {
      for (let poll = 0; poll < 5; poll++) shedder.update(BUSY);
      shedder.update(CALM);
    }
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('leaves out more and more copies while the thread stays busy, never all, and recovers', () => {
    const shedder = new LoadShedder(0.95);
    for (let poll = 0; poll < 6; poll++) shedder.update(BUSY);
    expect(admitted(shedder, 4000)).to.be.within(990, 1010);
    for (let poll = 0; poll < 100; poll++) shedder.update(BUSY);
    expect(admitted(shedder, 64_000)).to.be.within(990, 1010);
    for (let poll = 0; poll < 24; poll++) shedder.update(CALM);
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('makes copies ten in a row when it does not make all', () => {
    const shedder = new LoadShedder(0.95);
    for (let poll = 0; poll < 100; poll++) shedder.update(BUSY);
    const made = Array.from({ length: 6450 }, () => (shedder.admits() ? '+' : '-')).join('');
    const runs = made.split(/-+/).filter((run) => run !== '');
    expect(runs.length).to.be.within(9, 11);
    for (const run of runs) expect(run).to.equal('+'.repeat(10));
  });

  it('makes 25 copies a second where one in 64 would be more', () => {
    const shedder = new LoadShedder(0.95);
    const [pollsPerSecond, offersPerPoll] = [40, 800];
    let made = 0;
    for (let poll = 0; poll < 5 * pollsPerSecond; poll++) {
      const admittedNow = admitted(shedder, offersPerPoll);
      if (poll >= 4 * pollsPerSecond) made += admittedNow;
      shedder.update(BUSY);
    }
    expect(made).to.be.within(20, 30);
  });

  it('waits twice as long each time that more copies are too many, until the rush is over', () => {
    const shedder = new LoadShedder(0.95);
    const shed = (): void => {
      for (let poll = 0; poll < 6; poll++) shedder.update(BUSY);
    };
    const pollsUntilMore = (): number => {
      const before = admitted(shedder, 64_000);
      for (let polls = 1; ; polls++) {
        shedder.update({ busy: 0.7, waiting: 0 });
        if (admitted(shedder, 64_000) > before * 1.5) return polls;
      }
    };
    shed();
    const waits = [1, 2, 3, 4, 5, 6, 7].map(() => {
      const polls = pollsUntilMore();
      shed();
      return polls;
    });
    expect(waits).to.deep.equal([4, 8, 16, 32, 64, 128, 128]);
    shedder.update(CALM);
    expect(pollsUntilMore()).to.be.at.most(4);
  });

  it('leaves out copies when the thread has to wait for a processor', () => {
    const shedder = new LoadShedder(0.95);
    for (let poll = 0; poll < 6; poll++) shedder.update({ busy: 0.8, waiting: 0.4 });
    expect(admitted(shedder, 4000)).to.be.within(990, 1010);
  });

  it('ignores a busy host while the thread has little to do itself', () => {
    const shedder = new LoadShedder(0.95);
    for (let poll = 0; poll < 20; poll++) shedder.update({ busy: 0.3, waiting: 0.5 });
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('leaves out nothing with a limit of 1', () => {
    const shedder = new LoadShedder(1);
    for (let poll = 0; poll < 10; poll++) shedder.update({ busy: 1, waiting: 1 });
    expect(admitted(shedder, 100)).to.equal(100);
  });

  it('finds a thread that never rests busy', () => {
    const load = watchThreadLoad();
    const untilMs = performance.now() + 30;
    while (performance.now() < untilMs);
    const { busy, waiting } = load();
    expect(busy).to.be.within(0.9, 1);
    expect(waiting).to.be.within(0, 1);
  });
});
