import type { TestReport } from '../../lib/evaluation/report/report.ts';
import type { EvidenceView } from '../live/shapes.ts';
import { shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';
import { State, type Tone } from './basic.ts';
import { Spark } from './spark.ts';

type Row = TestReport['signals'][number];

function toneOf(state: Row['state']): Tone {
  if (state === 'FAIL') return 'bad';
  if (state === 'watch') return 'careful';
  return state === 'ok' ? 'good' : 'quiet';
}

/** What both did by every signal, what is allowed, and how its part of the odds went. */
export function Signals({
  rows,
  evidence,
}: {
  rows: readonly Row[];
  evidence: EvidenceView | null;
}): VNode {
  if (rows.length === 0) return html`<p class="empty">Nothing is counted yet.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Signals"><table class="signals">
    <thead><tr>
      <th scope="col">signal</th><th scope="col" class="num">running</th><th scope="col" class="num">testing</th>
      <th scope="col" class="num" title="what testing may be worse by">limit</th><th scope="col">state</th>
      <th scope="col" title="its part of the odds that testing is worse, since the test began">over time</th>
    </tr></thead>
    <tbody>
      ${rows.map(
        ({ code, name, running, testing, limit, state }) => html`<tr data-signal=${code}>
          <th scope="row"><bdi>${shown(name)}</bdi></th>
          <td class="num"><bdi>${shown(running)}</bdi></td>
          <td class="num"><bdi>${shown(testing)}</bdi></td>
          <td class="num"><bdi>${shown(limit)}</bdi></td>
          <td><${State} tone=${toneOf(state)} word=${state} /></td>
          <td><${Spark} values=${(evidence?.points.bySignal[code] ?? []).map(log)} meaning=${`odds of ${shown(name)} over time`} /></td>
        </tr>`,
      )}
    </tbody>
  </table></div>`;
}

// Private

function log(odds: number): number {
  return Math.log10(Math.max(odds, 0.001));
}
