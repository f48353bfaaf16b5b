import type { PairOutcome, ResponseSummary } from '../compare/outcome.ts';
import { severityOf } from '../compare/severity.ts';
import { errorsOf } from '../logs/count/windows.ts';
import type { LogBatch } from '../logs/follow/batch.ts';
import type { Measured, MeasuredSide } from '../verdict/report.ts';
import { Histogram } from './histogram.ts';

/** Names in a checkpoint: `refused` counts client errors, `controls` baselines. */
const COUNTS = ['failed', 'refused', 'errorLines'] as const;
const TOTALS = [
  'pairs',
  'controls',
  'testingDiffers',
  'runningDiffers',
  'pausedSlow',
  'pausedBusy',
  'translated',
] as const;

/** Pairs during which no baseline was requested, as running was slow or Vili was busy. */
export interface PausedBaselines {
  readonly slow: number;
  readonly busy: number;
}

/** Both sides of a test side by side, for people; the verdict has its own evidence. */
export interface MeasuresView extends Measured {
  readonly pausedSlow: number;
  readonly pausedBusy: number;
  /** Sessions that copies carried in testing's own terms. */
  readonly translated: number;
}

type Side = Record<(typeof COUNTS)[number], number> & {
  /** Times of second responses, which both gave at the same moment to the same thread. */
  readonly ms: Histogram;
  /** First times stand in for them where no request could be put twice. */
  readonly firstMs: Histogram;
};

/** Counts both sides of a test side by side, in bounded memory. */
export class Measures {
  readonly #sides = { running: newSide(), testing: newSide() };
  readonly #totals = zeros(TOTALS);

  pair({ running, testing, differs, baseline, disturbed, again }: PairOutcome): void {
    const totals = this.#totals;
    totals.pairs++;
    const isTimed = disturbed !== true;
    count(this.#sides.running, running, isTimed);
    count(this.#sides.testing, testing, isTimed);
    if (isTimed && typeof again === 'object' && again !== null) {
      time(this.#sides.running.ms, again.running);
      time(this.#sides.testing.ms, again.testing);
    }
    if (baseline === null) return;
    totals.controls++;
    if (differs && !baseline.differs) totals.testingDiffers++;
    if (baseline.differs && !differs) totals.runningDiffers++;
  }

  paused({ slow, busy }: PausedBaselines): void {
    this.#totals.pausedSlow += slow;
    this.#totals.pausedBusy += busy;
  }

  translated(sessions: number): void {
    this.#totals.translated += sessions;
  }

  logged(side: 'running' | 'testing', batch: LogBatch): void {
    this.#sides[side].errorLines += errorsOf(batch);
  }

  view(): MeasuresView {
    const { controls: baselines, ...totals } = this.#totals;
    const { running, testing } = this.#sides;
    return { ...totals, baselines, running: viewOf(running), testing: viewOf(testing) };
  }

  checkpoint(): unknown {
    const side = ({ ms, firstMs, ...counts }: Side) => ({
      ...counts,
      ms: ms.checkpoint(),
      firstMs: firstMs.checkpoint(),
    });
    const { running, testing } = this.#sides;
    return { ...this.#totals, running: side(running), testing: side(testing) };
  }

  /** Adopts a checkpoint; what it lacks is zero. */
  restore(saved: unknown): void {
    const record = recordOf(saved);
    for (const name of TOTALS) this.#totals[name] = countOf(record[name]);
    for (const name of ['running', 'testing'] as const) {
      const from = recordOf(record[name]);
      const side = this.#sides[name];
      for (const key of COUNTS) side[key] = countOf(from[key]);
      side.ms.restore(from['ms']);
      side.firstMs.restore(from['firstMs']);
    }
  }
}

// Private

function newSide(): Side {
  return { ...zeros(COUNTS), ms: new Histogram(), firstMs: new Histogram() };
}

function zeros<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}

function count(side: Side, response: ResponseSummary, isTimed: boolean): void {
  const severity = severityOf(response);
  if (severity === 2) side.failed++;
  else if (isTimed) side.firstMs.add(response.ms);
  if (severity === 1) side.refused++;
}

function time(ms: Histogram, response: ResponseSummary): void {
  if (severityOf(response) < 2) ms.add(response.ms);
}

function viewOf({ failed, refused, errorLines, ms, firstMs }: Side): MeasuredSide {
  const times = ms.quantile(0.5) === null ? firstMs : ms;
  const [p50Ms, p95Ms] = [times.quantile(0.5), times.quantile(0.95)];
  return { failed, clientErrors: refused, errorLines, p50Ms, p95Ms };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function countOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}
