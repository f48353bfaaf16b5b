import { expect } from 'chai';
import type { MetricsMessage } from '../../../actors/metrics/messages.ts';
import { type MetricsDeps, metricsActor } from '../../../actors/metrics/metrics-actor.ts';
import type { RecordedFacts } from '../../../lib/metrics/facts.ts';
import { probationIdOf } from '../../../lib/mirror/probation-id.ts';
import type { TrafficObservation } from '../../../lib/model/exchange.ts';
import type { HistoryEntry } from '../../../lib/model/history.ts';
import type { TrafficListener } from '../../../lib/proxy/copy/traffic.ts';
import { asked, type Stage, withActor } from '../../support/actor-kit.ts';
import { eventually } from '../../support/eventually.ts';

type Outcomes = Extract<MetricsMessage, { type: 'outcomes' }>['batch'];

class Fixture {
  readonly traffic = new Set<TrafficListener>();
  readonly history = new Set<(entry: HistoryEntry) => void>();
  watches = 0;

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
    now: () => 1000,
  };

  serve(status: number): void {
    const observation = { status, ms: 5 } as TrafficObservation;
    for (const listener of this.traffic) listener([observation]);
  }

  happen(event: HistoryEntry['event']): void {
    for (const listener of this.history) listener({ event } as HistoryEntry);
  }
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
