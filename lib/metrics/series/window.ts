import { Histogram } from '../../evaluation/histogram.ts';
import { COLUMN_NAMES, type ColumnName, type GaugeName, namesOf } from './columns.ts';
import type { Reading } from './reading.ts';
import { Ring } from './ring.ts';

/** A step in which nobody looked, as on a busy host, shows what was usual around it; a longer gap is a gap. */
const FILLED_STEPS_MAX = 5;

const RATES = namesOf('rate');
const MOST = namesOf('most');
const LAST = namesOf('last');
const QUANTILES = { p50: 0.5, p95: 0.95, p99: 0.99 } as const;
const INDEX = Object.fromEntries(COLUMN_NAMES.map((name, index) => [name, index])) as Record<
  ColumnName,
  number
>;

/** When a reading was made: on the clock of people, and on the steady one. */
export interface Moment {
  readonly wallMs: number;
  readonly steadyMs: number;
}

/** The points of one window: what is read is gathered for a step, then written as one point. */
export class SeriesWindow {
  readonly stepMs: number;
  readonly ring: Ring;
  readonly #times = { running: new Histogram(), testing: new Histogram() };
  readonly #most = new Map<GaugeName, number>();
  readonly #point = new Float64Array(COLUMN_NAMES.length);
  #base: { readonly slot: number; readonly steadyMs: number; readonly reading: Reading } | null =
    null;

  constructor(stepMs: number, points: number) {
    this.stepMs = stepMs;
    this.ring = new Ring(points, COLUMN_NAMES.length);
  }

  /** A response came after that time. */
  timed(side: 'running' | 'testing', ms: number): void {
    this.#times[side].add(ms);
  }

  add(reading: Reading, { wallMs, steadyMs }: Moment): void {
    const slot = Math.floor(wallMs / this.stepMs);
    for (const name of MOST) {
      const value = reading.gauges[name];
      if (value !== null) this.#most.set(name, Math.max(value, this.#most.get(name) ?? 0));
    }
    const base = this.#base;
    if (base?.slot === slot) return;
    if (base !== null && slot > base.slot && steadyMs > base.steadyMs) {
      this.#measure(reading, base.reading, (steadyMs - base.steadyMs) / 1000);
      const first = slot - base.slot > FILLED_STEPS_MAX ? slot - 1 : base.slot;
      for (let at = first; at < slot; at++) this.ring.write(at, this.#point);
    }
    this.#base = { slot, steadyMs, reading };
    this.#most.clear();
    this.#times.running.clear();
    this.#times.testing.clear();
  }

  // Private

  #measure(now: Reading, before: Reading, seconds: number): void {
    const point = this.#point;
    for (const name of RATES) {
      point[INDEX[name]] = Math.max(0, now.sums[name] - before.sums[name]) / seconds;
    }
    for (const name of MOST) point[INDEX[name]] = this.#most.get(name) ?? Number.NaN;
    for (const name of LAST) point[INDEX[name]] = now.gauges[name] ?? Number.NaN;
    for (const side of ['running', 'testing'] as const) {
      for (const quantile of ['p50', 'p95', 'p99'] as const) {
        const ms = this.#times[side].quantile(QUANTILES[quantile]);
        point[INDEX[`${side}_${quantile}_seconds`]] = ms === null ? Number.NaN : ms / 1000;
      }
    }
  }
}
