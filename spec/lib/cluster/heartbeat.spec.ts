import { expect } from 'chai';
import { Heartbeat } from '../../../lib/cluster/heartbeat.ts';
import { FakeTimers } from '../../support/fake-timers.ts';

const SECOND_MS = 1000;

describe('The heartbeat of a proxy process', () => {
  let timers: FakeTimers;
  let heartbeat: Heartbeat;
  let stuck: string[];

  beforeEach(() => {
    timers = new FakeTimers();
    stuck = [];
    heartbeat = new Heartbeat((text) => stuck.push(text));
  });

  afterEach(() => {
    heartbeat.stop();
    timers.restore();
  });

  const beatFor = (seconds: number): void => {
    for (let second = 0; second < seconds; second++) {
      timers.tick(SECOND_MS);
      heartbeat.beat();
    }
  };

  it('gives a process 30 s to start', () => {
    timers.tick(29 * SECOND_MS);
    expect(stuck).to.deep.equal([]);
    timers.tick(SECOND_MS);
    expect(stuck).to.deep.equal(['it was silent for 30 s']);
  });

  it('finds a process stuck that was silent for 10 s, once', () => {
    heartbeat.started();
    beatFor(20);
    timers.tick(9 * SECOND_MS);
    expect(stuck).to.deep.equal([]);
    timers.tick(60 * SECOND_MS);
    expect(stuck).to.deep.equal(['it was silent for 10 s']);
  });

  it('finds a process stuck that beats but does not confirm for 5 s', () => {
    heartbeat.started();
    heartbeat.expect('a new route');
    beatFor(4);
    heartbeat.confirmed();
    beatFor(20);
    heartbeat.expect('a first route');
    beatFor(2);
    heartbeat.expect('a second route');
    beatFor(2);
    expect(stuck).to.deep.equal([]);
    beatFor(1);
    expect(stuck).to.deep.equal(['it did not confirm a first route for 5 s']);
  });

  it('gives a process that starts time to confirm', () => {
    heartbeat.expect('a new route');
    beatFor(20);
    heartbeat.started();
    beatFor(4);
    expect(stuck).to.deep.equal([]);
    beatFor(1);
    expect(stuck).to.deep.equal(['it did not confirm a new route for 5 s']);
  });
});
