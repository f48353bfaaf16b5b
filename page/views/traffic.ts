import { bytes, decimal, grouped } from '../../lib/text/numbers.ts';
import { milliseconds } from '../../lib/text/times.ts';
import { sinceKnown, useSeries } from '../live/use-series.ts';
import { Card, Instead } from '../parts/basic.ts';
import { Chart, type ChartOf } from '../parts/chart.ts';
import { addressOf, type Route } from '../route.ts';
import { html, useMemo, type VNode } from '../vendor/preact.js';

/** As much is shown at least, also of a daemon that has just begun. */
const POINTS_MIN = 120;

const rate = (value: number): string => `${decimal(value)}/s`;

const CHARTS: readonly ChartOf[] = [
  {
    title: 'Requests',
    meaning: 'responses to users a second, by status',
    show: rate,
    lines: [
      { column: 'requests_2xx', name: '2xx', color: 'c1' },
      { column: 'requests_3xx', name: '3xx', color: 'c2', isDashed: true },
      { column: 'requests_4xx', name: '4xx', color: 'c3' },
      { column: 'requests_5xx', name: '5xx', color: 'c4' },
    ],
  },
  {
    title: 'Latency',
    meaning: 'how long responses took: of running to users, of testing to copies (dashed)',
    show: milliseconds,
    lines: (['p50', 'p95', 'p99'] as const).flatMap((name, at) => {
      const color = (['c1', 'c2', 'c3'] as const)[at] ?? 'c1';
      return [
        { column: `running_${name}_seconds`, name: `${name} running`, color, factor: 1000 },
        {
          column: `testing_${name}_seconds`,
          name: `${name} testing`,
          color,
          factor: 1000,
          isDashed: true,
        },
      ];
    }),
  },
  {
    title: 'Copies',
    meaning: 'what becomes of the copies for testing, a second',
    show: rate,
    lines: [
      { column: 'copies_mirrored', name: 'compared', color: 'c1' },
      { column: 'copies_skipped', name: 'never meant for it', color: 'c2', isDashed: true },
      { column: 'copies_dropped', name: 'left out', color: 'c3' },
      { column: 'copies_failed', name: 'no response', color: 'c4' },
    ],
  },
  {
    title: 'Under way',
    meaning: 'requests of users at the same time, and those that wait for a running',
    show: grouped,
    lines: [
      { column: 'in_flight', name: 'under way', color: 'c1' },
      { column: 'held', name: 'waiting', color: 'c4' },
    ],
  },
  {
    title: 'Memory',
    meaning: 'of the processes of both, and of the daemon',
    show: bytes,
    lines: [
      { column: 'running_memory_bytes', name: 'running', color: 'c1' },
      { column: 'testing_memory_bytes', name: 'testing', color: 'c1', isDashed: true },
      { column: 'vili_memory_bytes', name: 'Vili', color: 'c2' },
    ],
  },
  {
    title: 'Processors',
    meaning: 'that each takes: 0.5 is half of one',
    show: decimal,
    lines: [
      { column: 'running_cpu', name: 'running', color: 'c1' },
      { column: 'testing_cpu', name: 'testing', color: 'c1', isDashed: true },
      { column: 'vili_cpu', name: 'Vili', color: 'c2' },
    ],
  },
];

/** What users and copies do, live: 15 minutes by seconds, or a day by minutes. */
export function Traffic({ route }: { route: Route }): VNode {
  const window = route.query.get('window') === '24h' ? '24h' : '15m';
  const { series: all, problem } = useSeries(window);
  const series = useMemo(() => all && sinceKnown(all, POINTS_MIN), [all]);
  const link = (to: '15m' | '24h', text: string): VNode => html`<a
    class="button" aria-current=${to === window ? 'true' : undefined} href=${addressOf('traffic', '', { window: to })}>${text}</a>`;
  return html`<div class="views">
    <div class="buttons choice">${link('15m', '15 minutes')}${link('24h', '24 hours')}</div>
    ${
      series === null
        ? html`<${Card} title="Traffic"><${Instead} problem=${problem} what="traffic" /><//>`
        : html`<div class="two">${CHARTS.map((chart) => html`<${Chart} key=${`${window} ${chart.title}`} chart=${chart} series=${series} />`)}</div>`
    }
  </div>`;
}
