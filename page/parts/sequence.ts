import type { TraceRecord } from '../../lib/model/trace-record.ts';
import { shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';

const MAX_ACTORS = 10;
const MAX_MESSAGES = 80;
const LANE = 130;
const STEP = 24;
const HEAD = 28;

/** Who told whom what, from top to bottom; the table below has all of it. */
export function Sequence({ records }: { records: readonly TraceRecord[] }): VNode {
  const told = records.filter(({ from, to }) => from !== to).slice(0, MAX_MESSAGES);
  const actors = [...new Set(told.flatMap(({ from, to }) => [bare(from), bare(to)]))].slice(
    0,
    MAX_ACTORS,
  );
  const seen = told.filter(
    ({ from, to }) => actors.includes(bare(from)) && actors.includes(bare(to)),
  );
  const x = (path: string): number => actors.indexOf(bare(path)) * LANE + LANE / 2;
  const [width, height] = [actors.length * LANE, HEAD + (seen.length + 1) * STEP];
  const left = records.length - seen.length;
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Sequence diagram">
    <svg class="sequence" viewBox=${`0 0 ${width} ${height}`} width=${width} height=${height} role="img"
      aria-label=${`${seen.length} messages between ${actors.length} actors, from top to bottom; the table below lists them`}>
      ${actors.map(
        (path) => html`<g class="lane"><title>${shown(path)}</title>
        <text x=${x(path)} y="16" text-anchor="middle">${shown(lastOf(path))}</text>
        <line x1=${x(path)} x2=${x(path)} y1=${HEAD - 4} y2=${height} /></g>`,
      )}
      ${seen.map(({ from, to, type, outcome }, at) => {
        const y = HEAD + (at + 1) * STEP;
        const [start, end] = [x(from), x(to)];
        const back = end > start ? -6 : 6;
        return html`<g class=${outcome === 'ok' ? 'message' : 'message lost'}>
          <line x1=${start} x2=${end} y1=${y} y2=${y} />
          <polyline points=${`${end + back},${y - 4} ${end},${y} ${end + back},${y + 4}`} />
          <text x=${(start + end) / 2} y=${y - 4} text-anchor="middle">${shown(type)}${outcome === 'ok' ? '' : ` (${outcome})`}</text></g>`;
      })}
    </svg></div>
    ${left > 0 && html`<p class="quiet-text">${left} more are in the table only.</p>`}`;
}

// Private

/** Replies come from `/vili/a#reply`. */
function bare(path: string): string {
  return path.replace(/#.*$/, '');
}

function lastOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.length > 18 ? `${name.slice(0, 17)}…` : name;
}
