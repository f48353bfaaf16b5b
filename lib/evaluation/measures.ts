import type { PairOutcome, ResponseSummary } from '../compare/outcome.ts';
import { severityOf } from '../compare/severity.ts';
import { errorsOf } from '../logs/count/windows.ts';
import type { LogBatch } from '../logs/follow/batch.ts';
import { Histogram } from './histogram.ts';

/** What one side did in the test, as shown to people; the verdict has its own evidence. */
export interface SideMeasures {
  readonly failed: number;
  readonly refused: number;
  readonly errorLines: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Pairs during which running was not asked a second time: it was slow, or Vili was busy. */
export interface PausedBaselines {
  readonly slow: number;
  readonly busy: number;
}

/** Both sides of a test side by side. */
export interface MeasuresView {
  readonly pairs: number;
  readonly running: SideMeasures;
  readonly testing: SideMeasures;
  /** Pairs for which running was asked twice, and in how many only that side differed. */
  readonly controls: number;
  readonly testingDiffers: number;
  readonly runningDiffers: number;
  readonly pausedSlow: number;
  readonly pausedBusy: number;
}

interface Side {
  failed: number;
  refused: number;
  errorLines: number;
  readonly ms: Histogram;
}

const COUNTS = ['failed', 'refused', 'errorLines'] as const;
const TOTALS = [
  'pairs',
  'controls',
  'testingDiffers',
  'runningDiffers',
  'pausedSlow',
  'pausedBusy',
] as const;

/** Counts both sides of a test side by side, in bounded memory. */
export class Measures {
  readonly #sides = { running: blankSide(), testing: blankSide() };
  readonly #totals = {
    pairs: 0,
    controls: 0,
    testingDiffers: 0,
    runningDiffers: 0,
    pausedSlow: 0,
    pausedBusy: 0,
  };

  pair({ running, testing, differs, baseline, disturbed }: PairOutcome): void {
    const totals = this.#totals;
    totals.pairs++;
    const isTimed = disturbed !== true;
    count(this.#sides.running, running, isTimed);
    count(this.#sides.testing, testing, isTimed);
    if (baseline === null) return;
    totals.controls++;
    if (differs && !baseline.differs) totals.testingDiffers++;
    if (baseline.differs && !differs) totals.runningDiffers++;
  }

  paused({ slow, busy }: PausedBaselines): void {
    this.#totals.pausedSlow += slow;
    this.#totals.pausedBusy += busy;
  }

  logged(side: 'running' | 'testing', batch: LogBatch): void {
    this.#sides[side].errorLines += errorsOf(batch);
  }

  view(): MeasuresView {
    const { running, testing } = this.#sides;
    return { ...this.#totals, running: viewOf(running), testing: viewOf(testing) };
  }

  checkpoint(): unknown {
    const side = ({ ms, ...counts }: Side) => ({ ...counts, ms: ms.checkpoint() });
    const { running, testing } = this.#sides;
    return { ...this.#totals, running: side(running), testing: side(testing) };
  }

  /** Takes what a checkpoint held; what is not there stays zero. */
  restore(saved: unknown): void {
    const record = recordOf(saved);
    for (const name of TOTALS) this.#totals[name] = countOf(record[name]);
    for (const name of ['running', 'testing'] as const) {
      const from = recordOf(record[name]);
      const side = this.#sides[name];
      for (const key of COUNTS) side[key] = countOf(from[key]);
      side.ms.restore(from['ms']);
    }
  }
}

// Private

function blankSide(): Side {
  return { failed: 0, refused: 0, errorLines: 0, ms: new Histogram() };
}

function count(side: Side, answer: ResponseSummary, isTimed: boolean): void {
  const severity = severityOf(answer);
  if (severity === 2) side.failed++;
  else if (isTimed) side.ms.add(answer.ms);
  if (severity === 1) side.refused++;
}

function viewOf({ failed, refused, errorLines, ms }: Side): SideMeasures {
  return { failed, refused, errorLines, p50Ms: ms.quantile(0.5), p95Ms: ms.quantile(0.95) };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function countOf(value: unknown): number {
  return typeof value === 'number' && value >= 0 && Number.isFinite(value) ? value : 0;
}
