import type { PairOutcome } from '../../compare/outcome.ts';
import type { TrafficObservation } from '../../model/exchange.ts';
import type { HistoryEvent } from '../../model/history.ts';
import type { ProcessSample } from '../../model/servlet-facts.ts';
import type { LoopDelay, MeasuredRole, RecordedFacts } from '../facts.ts';
import { MEASURED_ROLES } from '../facts.ts';
import { type Counted, readingOf } from '../series/reading.ts';
import { Series } from '../series/series.ts';
import { TakenRates } from '../series/taken.ts';
import type { Moment } from '../series/window.ts';
import { LoopDelays } from './loop-delays.ts';
import { RoleRecord } from './role-record.ts';

/** What processes took is told for so long; then it is not known. */
const USAGE_FRESH_MS = 120_000;

/** Counts what the other parts of Vili report anyway, in bounded memory. */
export class Recorder {
  readonly #roles: Readonly<Record<MeasuredRole, RoleRecord>>;
  readonly #events: Partial<Record<HistoryEvent, number>> = {};
  readonly #loop = new LoopDelays();
  readonly #taken = new TakenRates();
  /** Of the charts. */
  readonly series = new Series();
  #usage: ProcessSample | null = null;

  constructor() {
    this.#roles = Object.fromEntries(
      MEASURED_ROLES.map((role) => [role, new RoleRecord()]),
    ) as Record<MeasuredRole, RoleRecord>;
  }

  /** Running responded to users. */
  served(batch: readonly TrafficObservation[]): void {
    const { running } = this.#roles;
    for (const { status, ms } of batch) {
      running.add(status, ms);
      if (status > 0) this.series.timed('running', ms);
    }
  }

  /** Copies were responded to: by testing, or with `isReversed` by previous, which is `running` in these pairs. */
  compared(outcomes: readonly Pick<PairOutcome, 'running' | 'testing'>[], isReversed: boolean) {
    const role = isReversed ? 'previous' : 'testing';
    for (const outcome of outcomes) {
      const { status, ms } = isReversed ? outcome.running : outcome.testing;
      this.#roles[role].add(status, ms);
      if (status > 0) this.series.timed('testing', ms);
    }
  }

  happened(event: HistoryEvent): void {
    this.#events[event] = (this.#events[event] ?? 0) + 1;
  }

  sampled(sample: ProcessSample): void {
    this.#usage = sample;
    this.#taken.add(sample);
  }

  /** What the proxy, the mirror and the daemon report now; for the series, once a second. */
  counted(counted: Counted, moment: Moment): void {
    const taken = this.#taken.view(moment.steadyMs, USAGE_FRESH_MS);
    this.series.add(readingOf(counted, taken), moment);
  }

  /** How late the main thread woke up in the last second. */
  looped(delay: LoopDelay): void {
    this.#loop.add(delay);
  }

  view(nowMs: number): RecordedFacts {
    const usage = this.#usage;
    const isFresh = usage !== null && nowMs - usage.atMs <= USAGE_FRESH_MS;
    return {
      roles: {
        running: this.#roles.running.view(),
        testing: this.#roles.testing.view(),
        previous: this.#roles.previous.view(),
      },
      events: { ...this.#events },
      usage: isFresh ? usage : null,
      loopDelay: this.#loop.view(),
    };
  }
}
