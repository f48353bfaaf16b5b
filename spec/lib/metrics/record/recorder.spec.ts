import { expect } from 'chai';
import { Recorder } from '../../../../lib/metrics/record/recorder.ts';
import { USAGE } from '../facts.ts';

const response = (status: number, ms = 5) => ({ status, ms, failure: null });

describe('The recorder', () => {
  it('counts what testing responds in a test, and what previous responds on probation', () => {
    const recorder = new Recorder();
    const pair = { running: response(200), testing: response(404) };
    recorder.compared([pair, pair], false);
    recorder.compared([pair], true);
    const { roles } = recorder.view(0);
    expect(roles.testing.responses).to.include({ '4xx': 2, '2xx': 0 });
    expect(roles.previous.responses).to.include({ '2xx': 1 });
    expect(roles.running.durations.count).to.equal(0);
  });

  it('counts no response as such, without a time, and odd statuses as 5xx', () => {
    const recorder = new Recorder();
    const pairs = [0, 999, -1].map((status) => {
      return { running: response(200), testing: response(status) };
    });
    recorder.compared(pairs, false);
    const { responses, durations } = recorder.view(0).roles.testing;
    expect(responses).to.include({ none: 2, '5xx': 1 });
    expect(durations.count).to.equal(1);
  });

  it('forgets what processes took once that is old', () => {
    const recorder = new Recorder();
    const running = { instance: 'shop-1/1_running', usage: USAGE };
    recorder.sampled({ atMs: 1000, running, testing: null, previous: null });
    expect(recorder.view(60_000).usage?.running?.usage).to.equal(USAGE);
    expect(recorder.view(200_000).usage).to.equal(null);
  });

  it('tells the worst of the last minute, and no longer', () => {
    const recorder = new Recorder();
    expect(recorder.view(0).loopDelay).to.equal(null);
    recorder.looped({ mean: 0.5, p99: 2, max: 3 });
    for (let second = 0; second < 59; second++) recorder.looped({ mean: 0, p99: 0, max: 0.1 });
    expect(recorder.view(0).loopDelay).to.include({ p99: 2, max: 3 });
    recorder.looped({ mean: 0, p99: 0, max: 0.1 });
    expect(recorder.view(0).loopDelay).to.deep.equal({ mean: 0, p99: 0, max: 0.1 });
  });
});
