import { decimal, grouped } from '../../lib/text/numbers.ts';
import type { EvidenceView } from '../live/shapes.ts';
import { age } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';

const WIDTH = 720;
const HEIGHT = 200;
const LEFT = 56;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 24;
/** Odds from there on, on a logarithmic scale. */
const LOWEST = 0.01;
const HIGHEST_MIN = 1000;
const HIGHEST_MAX = 1e9;

/** How sure it was over time: the odds that testing is worse, and that it is fit, each with what is enough. */
export function OddsChart({ evidence }: { evidence: EvidenceView }): VNode {
  const { points, thresholds } = evidence;
  const { elapsedMs, oddsWorse, oddsFit } = points;
  const lastMs = elapsedMs.at(-1) ?? 0;
  if (elapsedMs.length < 2 || lastMs <= 0)
    return html`<p class="empty">The odds are drawn after a few seconds.</p>`;
  const largest = Math.max(
    HIGHEST_MIN,
    thresholds.reject * 2,
    thresholds.promote * 2,
    ...oddsWorse,
    ...oddsFit,
  );
  const highest = Math.min(HIGHEST_MAX, 10 ** Math.ceil(Math.log10(largest)));
  const x = (ms: number): number => LEFT + (ms / lastMs) * (WIDTH - LEFT - RIGHT);
  const y = (odds: number): number => {
    const within = Math.min(highest, Math.max(LOWEST, odds));
    const part = Math.log10(within / LOWEST) / Math.log10(highest / LOWEST);
    return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
  };
  const line = (odds: readonly number[]): string =>
    odds.map((value, at) => `${x(elapsedMs[at] ?? 0).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const ticks = ticksTo(highest);
  const now = `Odds now: ${oddsText(oddsWorse.at(-1) ?? 1)} that testing is worse (it is rejected at ${grouped(thresholds.reject)} to 1), ${oddsText(oddsFit.at(-1) ?? 1)} that it fails no more than allowed (enough at ${grouped(thresholds.promote)} to 1).`;
  const mark = (
    odds: number,
    name: string,
    kind: string,
    down: number,
  ): VNode => html`<g class=${kind}>
    <line class="threshold" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(odds)} y2=${y(odds)} />
    <text x=${WIDTH - RIGHT - 4} y=${y(odds) + down} text-anchor="end">${name}</text>
  </g>`;
  return html`<figure class="odds">
    <div class="scroll" tabindex="0" role="region" aria-label="Odds over time"><svg viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label=${now}>
      ${ticks.map(
        (odds) => html`<g class="grid">
        <line x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y(odds)} y2=${y(odds)} />
        <text x=${LEFT - 6} y=${y(odds) + 4} text-anchor="end">${decimal(odds)}</text></g>`,
      )}
      ${mark(thresholds.reject, 'worse: rejected', 'worse', -4)}
      ${mark(thresholds.promote, 'fit: enough', 'fit', 13)}
      <polyline class="line worse" points=${line(oddsWorse)} />
      <polyline class="line fit" points=${line(oddsFit)} />
      <text class="axis" x=${LEFT} y=${HEIGHT - 6}>start</text>
      <text class="axis" x=${WIDTH - RIGHT} y=${HEIGHT - 6} text-anchor="end">${age(lastMs)}</text>
    </svg></div>
    <figcaption>
      <span class="key worse">— that testing is worse</span>
      <span class="key fit">- - that it fails no more often than allowed</span>
      <span class="quiet-text">odds to 1, logarithmic</span>
    </figcaption>
    <p class="quiet-text">${now}</p>
  </figure>`;
}

// Private

function ticksTo(highest: number): readonly number[] {
  const decades = Math.round(Math.log10(highest / LOWEST));
  const step = decades > 6 ? 2 : 1;
  return Array.from(
    { length: Math.floor(decades / step) + 1 },
    (_, at) => LOWEST * 10 ** (at * step),
  );
}

function oddsText(odds: number): string {
  return `${odds >= 1e6 ? 'over a million' : decimal(odds)} to 1`;
}
