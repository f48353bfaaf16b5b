import type { Behaviour } from '../../lib/actor/index.ts';
import { Recorder } from '../../lib/metrics/record/recorder.ts';
import { isProbationId } from '../../lib/mirror/probation-id.ts';
import type { HistoryEntry } from '../../lib/model/history.ts';
import type { TrafficListener } from '../../lib/proxy/copy/traffic.ts';
import type { Delay } from '../../lib/runtime/measure/loop-delay.ts';
import type { MetricsMessage } from './messages.ts';

const TICK_MS = 1000;

export interface MetricsDeps {
  /** Tells of users' responses; returns a function that ends that. */
  readonly onTraffic: (listener: TrafficListener) => () => void;
  /** Tells of every new entry of the history; returns a function that ends that. */
  readonly onHistory: (listener: (entry: HistoryEntry) => void) => () => void;
  /** Begins to watch how late this thread wakes up. */
  readonly watchLoop: () => { take(): Delay | null; stop(): void };
  readonly now: () => number;
}

interface MetricsState {
  readonly recorder: Recorder;
  readonly loop: ReturnType<MetricsDeps['watchLoop']>;
}

/** Counts for Prometheus what the other parts report anyway; a restart begins at 0, which Prometheus understands. */
export function metricsActor(deps: MetricsDeps): Behaviour<MetricsMessage, MetricsState> {
  return {
    start(self) {
      const loop = deps.watchLoop();
      const ends = [
        deps.onTraffic((batch) => self.address.tell({ type: 'observed', batch })),
        deps.onHistory(({ event }) => self.address.tell({ type: 'happened', event })),
        () => loop.stop(),
      ];
      self.signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
      self.every(TICK_MS, { type: 'tick' });
      return { recorder: new Recorder(), loop };
    },

    handle(state, message, self) {
      const { recorder, loop } = state;
      switch (message.type) {
        case 'observed':
          recorder.served(message.batch);
          return state;
        case 'outcomes': {
          const { outcomes, testId } = message.batch;
          recorder.compared(outcomes, isProbationId(testId));
          return state;
        }
        case 'sampled':
          recorder.sampled(message.sample);
          return state;
        case 'happened':
          recorder.happened(message.event);
          return state;
        case 'tick': {
          const delay = loop.take();
          if (delay !== null) recorder.looped(delay);
          return state;
        }
        case 'describe':
          self.send(message.reply, recorder.view(deps.now()));
          return state;
      }
    },
  };
}
