import type { SeriesView } from '../live/shapes.ts';
import { lazily } from '../live/lazily.ts';
import { html, useEffect, useRef, useState, type VNode } from '../vendor/preact.js';
import type UPlot from '../vendor/uplot.js';
import { Card, Empty } from './basic.ts';

const HEIGHT = 190;
const MINUTE_S = 60;

/** One line of a chart: a column of the series. */
export interface Line {
  readonly column: string;
  readonly name: string;
  /** A colour of style.css; the same one twice differs by its dashes. */
  readonly color: 'c1' | 'c2' | 'c3' | 'c4';
  readonly isDashed?: boolean;
  /** What its numbers are multiplied by. */
  readonly factor?: number;
}

export interface ChartOf {
  readonly title: string;
  readonly meaning: string;
  readonly show: (value: number) => string;
  readonly lines: readonly Line[];
}

/** Lines over time; the latest numbers stand in its legend, so that they can be read without the picture. */
export function Chart({ chart, series }: { chart: ChartOf; series: SeriesView }): VNode {
  const [hasFailed, setFailed] = useState(false);
  const place = useRef<HTMLDivElement | null>(null);
  const drawn = useRef<UPlot | null>(null);
  const data = dataOf(chart, series);
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    let isOver = false;
    const draw = async (): Promise<void> => {
      const loaded = await uplot().catch(() => null);
      if (isOver) return;
      setFailed(loaded === null);
      if (loaded === null) return;
      const { default: Plot } = loaded;
      drawn.current?.destroy();
      drawn.current = new Plot(optionsOf(chart, box), latest.current, box);
    };
    void draw();
    const resized = new ResizeObserver(() =>
      drawn.current?.setSize({ width: box.clientWidth, height: HEIGHT }),
    );
    resized.observe(box);
    // The colours are drawn, so that another theme draws anew.
    const themed = new MutationObserver(() => void draw());
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => void draw();
    dark.addEventListener('change', changed);
    return () => {
      isOver = true;
      resized.disconnect();
      themed.disconnect();
      dark.removeEventListener('change', changed);
      drawn.current?.destroy();
      drawn.current = null;
    };
  }, [chart]);
  useEffect(() => drawn.current?.setData(data), [series]);
  const words = chart.lines.map((line, at) => ({ line, text: textOf(chart, data[at + 1] ?? []) }));
  const label = `${chart.title}: ${words.map(({ line, text }) => `${line.name} ${text}`).join(', ')}`;
  return html`<${Card} title=${chart.title}>
    <p class="quiet-text">${chart.meaning}</p>
    ${hasFailed ? html`<${Empty}>The picture could not be loaded; the latest numbers are below.<//>` : null}
    <div class="chart" ref=${place} role="img" aria-label=${label}></div>
    <ul class="legend">${words.map(
      ({ line, text }) =>
        html`<li><span class=${`swatch ${line.color} ${line.isDashed ? 'dashed' : ''}`} aria-hidden="true"></span>${line.name} <b class="num">${text}</b></li>`,
    )}</ul>
  <//>`;
}

// Private

function uplot(): Promise<{ readonly default: typeof UPlot }> {
  return lazily(() => import('../vendor/uplot.js'), '/page/vendor/uplot.js');
}

function dataOf(
  { lines }: ChartOf,
  { columns, from, stepSeconds }: SeriesView,
): (number | null)[][] {
  const length = Math.max(0, ...lines.map(({ column }) => columns[column]?.length ?? 0));
  const times = Array.from({ length }, (_, at) => from + at * stepSeconds);
  return [
    times,
    ...lines.map(({ column, factor = 1 }) =>
      times.map((_, at) => {
        const value = columns[column]?.[at] ?? null;
        return value === null ? null : value * factor;
      }),
    ),
  ];
}

/** Of the last moment of which something is known. */
function textOf({ show }: ChartOf, values: readonly (number | null)[]): string {
  const last = values.slice(-5).findLast((value) => value !== null);
  return last === null || last === undefined ? '–' : show(last);
}

function optionsOf({ lines, show }: ChartOf, box: HTMLElement): object {
  const soft = colorOf(box, 'soft');
  const axis = {
    stroke: soft,
    grid: { stroke: colorOf(box, 'grid'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: box.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false } },
    scales: {
      y: {
        range: (_: unknown, low: number, high: number) => [
          Math.min(0, low),
          high > 0 ? high * 1.05 : 1,
        ],
      },
    },
    axes: [
      {
        ...axis,
        space: 90,
        size: 30,
        values: (_: unknown, at: readonly number[]) => clocks(at),
      },
      { ...axis, size: 70, values: (_: unknown, at: readonly number[]) => at.map(show) },
    ],
    series: [
      {},
      ...lines.map(({ name, color, isDashed }) => ({
        label: name,
        stroke: colorOf(box, color),
        width: 1.5,
        dash: isDashed ? [5, 4] : [],
        points: { show: false },
      })),
    ],
  };
}

/** What a class of style.css comes to in this theme. */
function colorOf(box: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.className = `swatch ${name}`;
  box.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** With seconds where ticks are closer than a minute. */
function clocks(at: readonly number[]): readonly string[] {
  const [first = 0, next = MINUTE_S] = at;
  const second = next - first < MINUTE_S ? ({ second: '2-digit' } as const) : {};
  return at.map((seconds) =>
    new Date(seconds * 1000).toLocaleTimeString([], {
      hour: '2-digit',
      minute: '2-digit',
      ...second,
    }),
  );
}
