import type { Behaviour, Self } from '../../lib/actor/index.ts';
import { codeOf, messageOf } from '../../lib/errors.ts';
import type { Journal } from '../../lib/journal/journal.ts';
import { Recorder } from '../../lib/metrics/record/recorder.ts';
import type { Counted } from '../../lib/metrics/series/reading.ts';
import { isProbationId } from '../../lib/mirror/probation-id.ts';
import type { HistoryEntry } from '../../lib/model/history.ts';
import type { TrafficListener } from '../../lib/proxy/copy/traffic.ts';
import type { Delay } from '../../lib/runtime/measure/loop-delay.ts';
import type { MetricsMessage } from './messages.ts';

const TICK_MS = 1000;
const SAVE_MS = 60_000;

export interface MetricsDeps {
  /** Tells of users' responses; returns a function that ends that. */
  readonly onTraffic: (listener: TrafficListener) => () => void;
  /** Tells of every new entry of the history; returns a function that ends that. */
  readonly onHistory: (listener: (entry: HistoryEntry) => void) => () => void;
  /** Begins to watch how late this thread wakes up. */
  readonly watchLoop: () => { take(): Delay | null; stop(): void };
  readonly count: () => Promise<Counted>;
  /** The file of the series. */
  readonly load: () => Promise<Buffer>;
  /** Reports a failure itself. */
  readonly save: (file: Buffer) => Promise<void>;
  /** Steady. */
  readonly now: () => number;
  readonly wallNow: () => number;
  readonly journal: Journal;
}

interface MetricsState {
  readonly recorder: Recorder;
  readonly loop: ReturnType<MetricsDeps['watchLoop']>;
  readonly isCounting: boolean;
  /** Positive infinity while they are being saved. */
  readonly savedAtMs: number;
}

/**
 * Counts for Prometheus, and for the charts, what the other parts report anyway. After a restart the counters begin at 0, which
 * Prometheus understands; the series go on from their file.
 */
export function metricsActor(deps: MetricsDeps): Behaviour<MetricsMessage, MetricsState> {
  return {
    async start(self) {
      const recorder = new Recorder();
      await restore(deps, recorder);
      const loop = deps.watchLoop();
      const ends = [
        deps.onTraffic((batch) => self.address.tell({ type: 'observed', batch })),
        deps.onHistory(({ event }) => self.address.tell({ type: 'happened', event })),
        () => loop.stop(),
      ];
      self.signal.addEventListener('abort', () => ends.forEach((end) => end()), { once: true });
      self.every(TICK_MS, { type: 'tick' });
      return { recorder, loop, isCounting: false, savedAtMs: deps.now() };
    },

    handle(state, message, self) {
      const { recorder } = state;
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
        case 'tick':
          return save(deps, self, tick(deps, self, state));
        case 'counted': {
          const moment = { wallMs: deps.wallNow(), steadyMs: deps.now() };
          if (message.counts !== null) recorder.counted(message.counts, moment);
          return { ...state, isCounting: false };
        }
        case 'saved':
          return { ...state, savedAtMs: deps.now() };
        case 'describe':
          self.send(message.reply, recorder.view(deps.now()));
          return state;
        case 'series': {
          const { window, sinceMs, reply } = message;
          self.send(reply, recorder.series.view(window, deps.wallNow(), sinceMs));
          return state;
        }
      }
    },

    /** The next Vili goes on with them; a failure was reported. */
    async stop({ recorder }) {
      await deps.save(recorder.series.encode()).catch(() => {});
    },
  };
}

// Private

type Me = Self<MetricsMessage>;

async function restore({ load, journal }: MetricsDeps, { series }: Recorder): Promise<void> {
  try {
    series.restore(await load());
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    journal.warn(`the series of the charts begin anew: ${messageOf(error)}`);
  }
}

function tick(deps: MetricsDeps, self: Me, state: MetricsState): MetricsState {
  const delay = state.loop.take();
  if (delay !== null) state.recorder.looped(delay);
  if (state.isCounting) return state;
  const done = (counts: Counted | null): MetricsMessage => ({ type: 'counted', counts });
  self.pipe(deps.count(), done, () => done(null));
  return { ...state, isCounting: true };
}

function save({ save: write, now }: MetricsDeps, self: Me, state: MetricsState): MetricsState {
  if (now() - state.savedAtMs < SAVE_MS) return state;
  const done = (): MetricsMessage => ({ type: 'saved' });
  self.pipe(write(state.recorder.series.encode()), done, done);
  return { ...state, savedAtMs: Number.POSITIVE_INFINITY };
}
