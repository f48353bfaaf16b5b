import { expect } from 'chai';
import type { MetricsMessage } from '../../../actors/metrics/messages.ts';
import { type MetricsDeps, metricsActor } from '../../../actors/metrics/metrics-actor.ts';
import { NO_COUNTS } from '../../../lib/cluster/sums.ts';
import type { RecordedFacts } from '../../../lib/metrics/facts.ts';
import type { Counted } from '../../../lib/metrics/series/reading.ts';
import { Series, type SeriesView } from '../../../lib/metrics/series/series.ts';
import { probationIdOf } from '../../../lib/mirror/probation-id.ts';
import type { TrafficObservation } from '../../../lib/model/exchange.ts';
import type { HistoryEntry } from '../../../lib/model/history.ts';
import type { TrafficListener } from '../../../lib/proxy/copy/traffic.ts';
import { asked, recordingJournal, type Stage, withActor } from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';
import { readingWith } from '../../lib/metrics/series/readings.ts';

const START_MS = 1_767_225_600_000;

type Outcomes = Extract<MetricsMessage, { type: 'outcomes' }>['batch'];

class Fixture {
  readonly traffic = new Set<TrafficListener>();
  readonly history = new Set<(entry: HistoryEntry) => void>();
  readonly journal = recordingJournal();
  readonly saved: Buffer[] = [];
  watches = 0;
  nowMs = 1000;
  requests = 0;
  count = (): Promise<Counted> => Promise.resolve(countedWith(this.requests));
  load = (): Promise<Buffer> =>
    Promise.reject(Object.assign(new Error('none'), { code: 'ENOENT' }));

  readonly deps: MetricsDeps = {
    onTraffic: (listener) => {
      this.traffic.add(listener);
      return () => this.traffic.delete(listener);
    },
    onHistory: (listener) => {
      this.history.add(listener);
      return () => this.history.delete(listener);
    },
    watchLoop: () => {
      this.watches++;
      return { take: () => ({ mean: 1, p99: 2, max: 3 }), stop: () => void this.watches-- };
    },
    count: () => this.count(),
    load: () => this.load(),
    save: (file) => {
      this.saved.push(file);
      return Promise.reject(new Error('no space'));
    },
    now: () => this.nowMs,
    wallNow: () => START_MS + this.nowMs,
    journal: this.journal,
  };

  serve(status: number): void {
    const observation = { status, ms: 5 } as TrafficObservation;
    for (const listener of this.traffic) listener([observation]);
  }

  happen(event: HistoryEntry['event']): void {
    for (const listener of this.history) listener({ event } as HistoryEntry);
  }
}

function countedWith(requests: number): Counted {
  const proxy = { ...NO_COUNTS, responses: { '2xx': requests } };
  const traffic = { received: 0, mirrored: 0, skipped: {}, dropped: {}, failed: {}, inFlight: 0 };
  return { proxy, traffic, own: { memoryBytes: 1, cpuSeconds: 0 } };
}

function series(stage: Stage<MetricsMessage>): Promise<SeriesView> {
  return asked<MetricsMessage, SeriesView>(stage, (reply) => {
    return { type: 'series', window: '15m', sinceMs: START_MS, reply };
  });
}

function facts(stage: Stage<MetricsMessage>): Promise<RecordedFacts> {
  return asked<MetricsMessage, RecordedFacts>(stage, (reply) => ({ type: 'describe', reply }));
}

describe('The metrics actor', () => {
  it('counts what users and copies get, and what happens to versions', async () => {
    const it = new Fixture();
    await withActor(
      () => metricsActor(it.deps),
      async (stage) => {
        it.serve(200);
        it.happen('promoted');
        const response = (status: number) => ({ status, ms: 1, failure: null });
        const outcomes = [{ running: response(200), testing: response(500) }];
        for (const testId of ['shop-2', probationIdOf('shop-2')]) {
          const batch = { testId, outcomes } as unknown as Outcomes;
          stage.actor.tell({ type: 'outcomes', batch });
        }
        const { roles, events } = await facts(stage);
        expect(roles.running.responses['2xx']).to.equal(1);
        expect(roles.testing.responses['5xx']).to.equal(1);
        expect(roles.previous.responses['2xx']).to.equal(1);
        expect(events).to.deep.equal({ promoted: 1 });
      },
    );
  });

  it('asks every second how late the thread wakes up', async () => {
    const it = new Fixture();
    await withActor(
      () => metricsActor(it.deps),
      async (stage) => {
        await eventually('a second has passed', async () => (await facts(stage)).loopDelay);
        expect((await facts(stage)).loopDelay).to.deep.equal({ mean: 1, p99: 2, max: 3 });
      },
    );
  });

  it('makes series of what it counts, goes on when that fails, and writes them every minute', async () => {
    const it = new Fixture();
    await withActor(
      () => metricsActor(it.deps),
      async (stage) => {
        let failures = 2;
        it.count = () => {
          // Second by second, however fast the spec is.
          it.nowMs += 1000;
          it.requests += 30;
          const isBroken = failures-- > 0;
          return isBroken
            ? Promise.reject(new Error('busy'))
            : Promise.resolve(countedWith(it.requests));
        };
        const { columns } = await eventually(
          'there are points',
          async () => {
            const view = await series(stage);
            return view.columns.requests_2xx.some((value) => value !== null) ? view : null;
          },
          20_000,
        );
        expect(columns.requests_2xx.filter((value) => value !== null)).to.include(30);
        it.nowMs += 60_000;
        const file = await eventually('they are written', () => it.saved[0] ?? null, 20_000);
        const read = new Series();
        read.restore(file);
        const seen = read.view('15m', START_MS + it.nowMs, START_MS).columns.requests_2xx;
        expect(seen).to.include(30);
      },
    );
    expect(it.saved.length, 'and once more at the end').to.be.at.least(2);
  }).timeout(60_000);

  it('goes on with the series of its file, and says when it cannot', async () => {
    const before = new Series();
    const moments = [0, 1000].map((ms) => ({ wallMs: START_MS + ms, steadyMs: ms }));
    for (const moment of moments) before.add(readingWith({}, { held: 4 }), moment);
    const it = new Fixture();
    it.nowMs = 5000;
    it.load = () => Promise.resolve(before.encode());
    await withActor(
      () => metricsActor(it.deps),
      async (stage) => {
        expect((await series(stage)).columns.held[0]).to.equal(4);
      },
    );
    it.load = () => Promise.resolve(Buffer.from('what is this'));
    await withActor(
      () => metricsActor(it.deps),
      async (stage) => {
        expect((await series(stage)).columns.held[0]).to.equal(null);
      },
    );
    expect(it.journal.lines).to.deep.equal([
      'warn the series of the charts begin anew: it is no file of series: it does not begin with vili.series/1',
    ]);
  });

  it('listens once after a restart, begins at 0, and leaves nothing behind', async () => {
    const it = new Fixture();
    await withActor(
      () => metricsActor(it.deps),
      async (stage) => {
        it.serve(200);
        expect((await facts(stage)).roles.running.responses['2xx']).to.equal(1);
        await stage.crash();
        it.serve(200);
        expect((await facts(stage)).roles.running.responses['2xx']).to.equal(1);
        expect([it.traffic.size, it.history.size, it.watches]).to.deep.equal([1, 1, 1]);
      },
    );
    expect([it.traffic.size, it.history.size, it.watches]).to.deep.equal([0, 0, 0]);
  });
});
