import type { VerdictReport } from '../../verdict/report.ts';

/** Points kept of one test: when there are more, every second one goes and their distance doubles. */
export const MAX_POINTS = 360;
const FIRST_STEP_MS = 2000;
/** No signals are known beyond these in a checkpoint. */
const MAX_SIGNALS = 100;

/** How the evidence grew: lists of the same length, one value per point. */
export interface CoursePoints {
  /** Time observed since the test began, ms. */
  readonly elapsedMs: readonly number[];
  readonly pairs: readonly number[];
  /** The odds that testing is worse, to 1. */
  readonly oddsWorse: readonly number[];
  /** The odds that testing does not fail more often than it may, to 1. */
  readonly oddsFit: readonly number[];
  /** How far a promotion was, 0 to 1. */
  readonly progress: readonly number[];
  /** What each signal adds to `oddsWorse`, by the first of its codes. */
  readonly bySignal: Readonly<Record<string, readonly number[]>>;
}

type Column = 'elapsedMs' | 'pairs' | 'oddsWorse' | 'oddsFit' | 'progress';

const COLUMNS: readonly Column[] = ['elapsedMs', 'pairs', 'oddsWorse', 'oddsFit', 'progress'];

/** The evidence of one test over time, in bounded memory. */
export class Course {
  #stepMs = FIRST_STEP_MS;
  readonly #columns: Record<Column, number[]> = {
    elapsedMs: [],
    pairs: [],
    oddsWorse: [],
    oddsFit: [],
    progress: [],
  };
  readonly #bySignal = new Map<string, number[]>();

  /** The distance of two points, ms. */
  get stepMs(): number {
    return this.#stepMs;
  }

  /** Takes a point if it is time for one. */
  note(report: VerdictReport): void {
    this.#take(report, this.#stepMs);
    if (this.#columns.elapsedMs.length >= MAX_POINTS) this.#thin();
  }

  view(): CoursePoints {
    const copy = Object.fromEntries(COLUMNS.map((name) => [name, [...this.#columns[name]]]));
    const bySignal = [...this.#bySignal].map(([code, values]) => [code, [...values]]);
    return {
      ...(copy as Record<Column, number[]>),
      bySignal: Object.fromEntries(bySignal),
    };
  }

  /** The same with `latest` at the end, though it may not be time for a point: a decision may come between two. */
  upTo(latest: VerdictReport): CoursePoints {
    const course = new Course();
    course.restore(this.checkpoint());
    course.#take(latest, 1);
    return course.view();
  }

  checkpoint(): unknown {
    return { stepMs: this.#stepMs, ...this.view() };
  }

  /** Adopts a checkpoint; one that is not as it should be leaves the course empty. */
  restore(saved: unknown): void {
    const record = (saved ?? {}) as Record<string, unknown>;
    const length = listOf(record['elapsedMs'])?.length ?? 0;
    const lists = COLUMNS.map((name) => listOf(record[name]));
    const stepMs = record['stepMs'];
    if (typeof stepMs !== 'number' || !(stepMs >= FIRST_STEP_MS)) return;
    if (lists.some((list) => list?.length !== length)) return;
    this.#stepMs = stepMs;
    for (const [at, name] of COLUMNS.entries()) this.#columns[name] = lists[at] ?? [];
    const signals = Object.entries((record['bySignal'] ?? {}) as Record<string, unknown>);
    for (const [code, values] of signals.slice(0, MAX_SIGNALS)) {
      const list = listOf(values);
      if (list?.length === length) this.#bySignal.set(code, list);
    }
  }

  // Private

  /** Unless the last point is less than `stepMs` ago. */
  #take({ elapsedMs, pairs, progress, certainty }: VerdictReport, stepMs: number): void {
    const columns = this.#columns;
    const count = columns.elapsedMs.length;
    const last = columns.elapsedMs[count - 1];
    if (last !== undefined && elapsedMs - last < stepMs) return;
    const { oddsWorse, oddsFit = 1, bySignal = {} } = certainty;
    columns.elapsedMs.push(Math.round(elapsedMs));
    columns.pairs.push(pairs);
    columns.oddsWorse.push(rounded(oddsWorse));
    columns.oddsFit.push(rounded(oddsFit));
    columns.progress.push(rounded(progress));
    for (const [code, odds] of Object.entries(bySignal)) {
      // A signal that is newer than a checkpoint had nothing to say before.
      const values = this.#bySignal.get(code) ?? Array.from({ length: count }, () => 0);
      values.push(rounded(odds));
      this.#bySignal.set(code, values);
    }
    for (const values of this.#bySignal.values()) if (values.length === count) values.push(0);
  }

  #thin(): void {
    this.#stepMs *= 2;
    for (const name of COLUMNS) this.#columns[name] = everySecond(this.#columns[name]);
    for (const [code, values] of this.#bySignal) this.#bySignal.set(code, everySecond(values));
  }
}

// Private

function everySecond(values: readonly number[]): number[] {
  return values.filter((_, index) => index % 2 === 0);
}

/** Three digits are more than a chart shows. */
function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

function listOf(value: unknown): number[] | null {
  if (!Array.isArray(value) || value.length > MAX_POINTS) return null;
  return value.every((one) => Number.isFinite(one)) ? [...(value as number[])] : null;
}
