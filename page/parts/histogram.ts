import { milliseconds } from '../../lib/text/times.ts';
import { html, type VNode } from '../vendor/preact.js';

const WIDTH = 150;
const HEIGHT = 30;

/** How long both took, one over the other: each as shares of its own responses. */
export function Histogram({
  bounds,
  running,
  testing,
}: {
  bounds: readonly number[];
  running: readonly number[];
  testing: readonly number[];
}): VNode {
  const sums = [sum(running), sum(testing)] as const;
  if (sums[0] === 0 && sums[1] === 0) return html`<span class="quiet-text">–</span>`;
  const used = [...running.keys()].filter((at) => (running[at] ?? 0) + (testing[at] ?? 0) > 0);
  const first = Math.max(0, (used[0] ?? 0) - 1);
  const last = Math.min(running.length - 1, (used.at(-1) ?? 0) + 1);
  const bins = last - first + 1;
  const shares = (counts: readonly number[], total: number): readonly number[] =>
    Array.from({ length: bins }, (_, at) => (total === 0 ? 0 : (counts[first + at] ?? 0) / total));
  const [one, other] = [shares(running, sums[0]), shares(testing, sums[1])];
  const highest = Math.max(...one, ...other, 0.01);
  const text = `median of running ${medianOf(bounds, running)}, of testing ${medianOf(bounds, testing)}`;
  return html`<svg class="histogram" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} width=${WIDTH} height=${HEIGHT} role="img" aria-label=${text}>
    <title>${text}; ${milliseconds(bounds[first - 1] ?? 0)} to ${milliseconds(bounds[last] ?? bounds.at(-1) ?? 0)}</title>
    <path class="running" d=${area(one, highest)} /><path class="testing" d=${outline(other, highest)} />
  </svg>`;
}

// Private

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

function outline(shares: readonly number[], highest: number): string {
  const step = WIDTH / shares.length;
  const at = (share: number): string => (HEIGHT - 1 - (share / highest) * (HEIGHT - 3)).toFixed(1);
  const parts = shares.map((share, bin) => `V${at(share)}H${((bin + 1) * step).toFixed(1)}`);
  return `M0,${HEIGHT - 1}${parts.join('')}V${HEIGHT - 1}`;
}

function area(shares: readonly number[], highest: number): string {
  return `${outline(shares, highest)}Z`;
}

function medianOf(bounds: readonly number[], counts: readonly number[]): string {
  const half = sum(counts) / 2;
  if (half === 0) return 'unknown';
  let seen = 0;
  for (const [bin, count] of counts.entries()) {
    seen += count;
    if (seen >= half) {
      const bound = bounds[bin];
      return bound === undefined
        ? `over ${milliseconds(bounds.at(-1) ?? 0)}`
        : `up to ${milliseconds(bound)}`;
    }
  }
  return 'unknown';
}
