import { html, type VNode } from '../vendor/preact.js';

const WIDTH = 96;
const HEIGHT = 20;

/** A small line of how something went; `meaning` says it to who cannot see it. */
export function Spark({ values, meaning }: { values: readonly number[]; meaning: string }): VNode {
  const known = values.filter((value) => Number.isFinite(value));
  if (known.length < 2) return html`<span class="spark none" title="not enough yet">–</span>`;
  const low = Math.min(...known);
  const high = Math.max(...known);
  const range = high - low || 1;
  const points = known.map((value, at) => {
    const x = (at / (known.length - 1)) * WIDTH;
    const y = HEIGHT - 2 - ((value - low) / range) * (HEIGHT - 4);
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return html`<svg class="spark" viewBox=${`0 0 ${WIDTH} ${HEIGHT}`} width=${WIDTH} height=${HEIGHT} role="img" aria-label=${meaning}>
    <title>${meaning}</title>
    <polyline points=${points.join(' ')} />
  </svg>`;
}
