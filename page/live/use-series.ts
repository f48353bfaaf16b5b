import { useEffect, useState } from '../vendor/preact.js';
import { get, Problem } from './api.ts';
import type { SeriesView } from './shapes.ts';

export type Window = '15m' | '24h';

const EVERY_MS: Readonly<Record<Window, number>> = { '15m': 1000, '24h': 60_000 };
const POINTS: Readonly<Record<Window, number>> = { '15m': 900, '24h': 1440 };
/** Points that may still change. */
const OVERLAP = 3;

/** The series of a window: all of it once, then only what is new. */
export function useSeries(window: Window): { series: SeriesView | null; problem: Problem | null } {
  const [state, setState] = useState<{ series: SeriesView | null; problem: Problem | null }>({
    series: null,
    problem: null,
  });
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let known: SeriesView | null = null;
    const ask = async (): Promise<void> => {
      try {
        const since = known === null ? undefined : sinceOf(known);
        const more: SeriesView = await get<SeriesView>('/v1/series', { window, since });
        if (isOver) return;
        known = known === null ? more : joined(known, more, POINTS[window]);
        setState({ series: known, problem: null });
      } catch (error) {
        if (isOver) return;
        const problem = error instanceof Problem ? error : new Problem(0, '', String(error));
        setState({ series: known, problem });
      }
    };
    const again = async (): Promise<void> => {
      if (!document.hidden) await ask();
      if (!isOver) timer = setTimeout(() => void again(), EVERY_MS[window]);
    };
    setState({ series: null, problem: null });
    void again();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [window]);
  return state;
}

/**
 * Without the time before anything was known, as long as `least` points are left: the first minutes of a daemon are not a stroke
 * at the edge of a quarter of an hour.
 */
export function sinceKnown(series: SeriesView, least: number): SeriesView {
  const { from, stepSeconds, columns } = series;
  const all = Object.values(columns);
  const length = Math.max(0, ...all.map((column) => column.length));
  const firsts = all.map((column) => column.findIndex((value) => value !== null));
  const first = Math.min(length, ...firsts.filter((at) => at >= 0));
  const cut = Math.min(first, Math.max(0, length - least));
  if (cut === 0) return series;
  const shorter = Object.entries(columns).map(([name, column]) => [name, column.slice(cut)]);
  return { stepSeconds, from: from + cut * stepSeconds, columns: Object.fromEntries(shorter) };
}

/** Both after another; what the later one has stands for what the earlier one had of that time. */
export function joined(known: SeriesView, more: SeriesView, points: number): SeriesView {
  const { stepSeconds } = known;
  const kept = Math.round((more.from - known.from) / stepSeconds);
  const lengths = Object.values(known.columns).map((column) => column.length);
  const length = Math.max(0, ...lengths);
  if (more.stepSeconds !== stepSeconds || kept < 0 || kept > length) return more;
  const columns = Object.fromEntries(
    Object.entries(more.columns).map(([name, column]) => [
      name,
      [...(known.columns[name] ?? []).slice(0, kept), ...column].slice(-points),
    ]),
  );
  const total = kept + Math.max(0, ...Object.values(more.columns).map((column) => column.length));
  return { stepSeconds, from: known.from + Math.max(0, total - points) * stepSeconds, columns };
}

// Private

function sinceOf({ from, stepSeconds, columns }: SeriesView): string {
  const length = Math.max(0, ...Object.values(columns).map((column) => column.length));
  const seconds = from + Math.max(0, length - OVERLAP) * stepSeconds;
  return new Date(seconds * 1000).toISOString();
}
