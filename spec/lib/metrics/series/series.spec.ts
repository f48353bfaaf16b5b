import { expect } from 'chai';
import fc from 'fast-check';
import { COLUMN_NAMES } from '../../../../lib/metrics/series/columns.ts';
import { Series, WINDOWS } from '../../../../lib/metrics/series/series.ts';
import { readingWith } from './readings.ts';

/** A full minute. */
const START_MS = 1_767_225_600_000;

describe('The series', () => {
  it('have rates by the second, and quantiles of the times in it', () => {
    const series = new Series();
    const at = (second: number, requests: number): void => {
      const [wallMs, steadyMs] = [START_MS + second * 1000, second * 1000];
      series.add(readingWith({ requests_2xx: requests }), { wallMs, steadyMs });
    };
    at(0, 100);
    for (let n = 1; n <= 100; n++) series.timed('running', n);
    at(1, 150);
    at(2, 170);
    const { from, stepSeconds, columns } = series.view('15m', START_MS + 2000, START_MS);
    expect({ from, stepSeconds }).to.deep.equal({ from: START_MS / 1000, stepSeconds: 1 });
    expect(columns.requests_2xx).to.deep.equal([50, 20]);
    expect(columns.running_p50_seconds[0]).to.be.closeTo(0.05, 0.004);
    expect(columns.running_p99_seconds[0]).to.be.closeTo(0.099, 0.008);
    expect(columns.running_p50_seconds[1], 'nothing was timed then').to.equal(null);
    expect(columns.testing_p50_seconds).to.deep.equal([null, null]);
  });

  it('show the most that waited in a step, and the last that was taken', () => {
    const series = new Series();
    [3, 9, 1, 0].forEach((held, index) => {
      const [wallMs, steadyMs] = [START_MS + index * 300, index * 300];
      series.add(readingWith({}, { held, running_memory_bytes: 100 + index }), {
        wallMs,
        steadyMs,
      });
    });
    series.add(readingWith({}, { held: 2, running_memory_bytes: null }), {
      wallMs: START_MS + 1000,
      steadyMs: 1000,
    });
    const { columns } = series.view('15m', START_MS + 1000, START_MS);
    expect(columns.held).to.deep.equal([9]);
    expect(columns.running_memory_bytes, 'it is not known any more').to.deep.equal([null]);
  });

  it('fill some seconds in which nobody looked, and leave a longer time open', () => {
    const series = new Series();
    const at = (second: number, requests: number): void => {
      const [wallMs, steadyMs] = [START_MS + second * 1000, second * 1000];
      series.add(readingWith({ requests_2xx: requests }), { wallMs, steadyMs });
    };
    at(0, 0);
    at(3, 30);
    at(13, 130);
    const { columns } = series.view('15m', START_MS + 13_000, START_MS);
    const gap = Array.from({ length: 9 }, () => null);
    expect(columns.requests_2xx).to.deep.equal([10, 10, 10, ...gap, 10]);
  });

  it('are as long as the window, however long Vili runs and whatever its clock does', () => {
    const step = fc.integer({ min: -5_000_000, max: 5_000_000 });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const series = new Series();
        let [wallMs, steadyMs, sum] = [START_MS, 0, 0];
        for (const by of steps) {
          wallMs += by;
          steadyMs += 1000;
          sum += 7;
          series.add(readingWith({ requests_2xx: sum }), { wallMs, steadyMs });
        }
        for (const window of ['15m', '24h'] as const) {
          const view = series.view(window, wallMs);
          for (const name of COLUMN_NAMES) {
            expect(view.columns[name].length).to.equal(WINDOWS[window].points);
          }
          for (const value of view.columns.requests_2xx) {
            if (value !== null) expect(value).to.be.closeTo(7, 7);
          }
          const last = view.from + WINDOWS[window].points * view.stepSeconds;
          const { stepMs } = WINDOWS[window];
          expect(last / view.stepSeconds).to.be.oneOf(
            [0, 1].map((n) => Math.floor(wallMs / stepMs) - n),
          );
        }
      }),
      { numRuns: 30 },
    );
  });

  it('never show a rate below 0, as after a restart of what is counted', () => {
    const series = new Series();
    series.add(readingWith({ requests_2xx: 900 }), { wallMs: START_MS, steadyMs: 0 });
    series.add(readingWith(), { wallMs: START_MS + 1000, steadyMs: 1000 });
    expect(series.view('15m', START_MS + 1000, START_MS).columns.requests_2xx).to.deep.equal([0]);
  });

  it('tell nothing of the future', () => {
    const view = new Series().view('24h', START_MS, START_MS + 86_400_000);
    expect(view.columns.held).to.deep.equal([]);
  });
});
