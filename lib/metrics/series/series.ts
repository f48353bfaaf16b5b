import { COLUMN_NAMES, type ColumnName } from './columns.ts';
import { decodeSeries, encodeSeries } from './file.ts';
import type { Reading } from './reading.ts';
import { type Moment, SeriesWindow } from './window.ts';

/** What is kept: 15 minutes second by second, and a day minute by minute. */
export const WINDOWS = {
  '15m': { stepMs: 1000, points: 900 },
  '24h': { stepMs: 60_000, points: 1440 },
} as const;

export type WindowName = keyof typeof WINDOWS;
export const WINDOW_NAMES = Object.keys(WINDOWS) as readonly WindowName[];

/** More says nothing, and takes room. */
const DIGITS = 5;

/** Schema `vili.series/1`: fields and columns may be added, never renamed. */
export interface SeriesView {
  readonly schema: 'vili.series/1';
  readonly window: WindowName;
  /** From one point to the next. */
  readonly stepSeconds: number;
  /** When the first point begins, seconds since the epoch; a point is of the time from there to the next one. */
  readonly from: number;
  /** The points of each column, the oldest first; null: not known. All are equally long. */
  readonly columns: Readonly<Record<ColumnName, readonly (number | null)[]>>;
}

/** The series of the charts, in memory that does not grow. */
export class Series {
  readonly #windows = Object.fromEntries(
    WINDOW_NAMES.map((name) => [
      name,
      new SeriesWindow(WINDOWS[name].stepMs, WINDOWS[name].points),
    ]),
  ) as Record<WindowName, SeriesWindow>;

  timed(side: 'running' | 'testing', ms: number): void {
    for (const name of WINDOW_NAMES) this.#windows[name].timed(side, ms);
  }

  add(reading: Reading, moment: Moment): void {
    for (const name of WINDOW_NAMES) this.#windows[name].add(reading, moment);
  }

  /** The points up to now, from `sinceMs` on; at most as many as the window has. */
  view(window: WindowName, wallMs: number, sinceMs = 0): SeriesView {
    const { stepMs, ring } = this.#windows[window];
    const now = Math.floor(wallMs / stepMs);
    // The step that has just ended may not have been read yet.
    const end = ring.has(now - 1) ? now : now - 1;
    const since = Math.ceil(Math.max(0, sinceMs) / stepMs);
    const first = Math.max(0, Math.min(end, Math.max(end - ring.points, since)));
    const slots = Array.from({ length: end - first }, (_, index) => first + index);
    const columns = COLUMN_NAMES.map((name, column) => [
      name,
      slots.map((slot) => rounded(ring.read(slot, column))),
    ]);
    return {
      schema: 'vili.series/1',
      window,
      stepSeconds: stepMs / 1000,
      from: (first * stepMs) / 1000,
      columns: Object.fromEntries(columns) as SeriesView['columns'],
    };
  }

  /** All points, for a file. */
  encode(): Buffer {
    return encodeSeries(
      COLUMN_NAMES,
      WINDOW_NAMES.map((name) => this.#windows[name]),
    );
  }

  /** Takes the points of a file over, where it has the same windows. @throws ViliError VILI_SERIES_FILE; nothing has changed then. */
  restore(file: Buffer): void {
    for (const { stepMs, columns, points } of decodeSeries(file)) {
      const window = Object.values(this.#windows).find((one) => one.stepMs === stepMs);
      if (window === undefined) continue;
      // A file of another release may have other columns.
      const from = COLUMN_NAMES.map((name) => columns.indexOf(name));
      for (const { slot, values } of points) {
        window.ring.write(
          slot,
          from.map((at) => values[at] ?? Number.NaN),
        );
      }
    }
  }
}

// Private

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(DIGITS));
}
