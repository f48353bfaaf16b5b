import type { DifferencesView } from '../../lib/operator/views/evidence-view.ts';
import { grouped } from '../../lib/text/numbers.ts';
import { shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';
import { useLive } from '../live/store.ts';
import { ActButtons } from './act-buttons.ts';
import { ignoring } from './acts.ts';
import { Card, State } from './basic.ts';

type Entry = DifferencesView['endpoints'][number]['differences'][number];

/** What differs at one endpoint, each with what both had at the first time. */
export function Fields({
  title,
  entries,
  isBad = false,
  endpoint,
}: {
  title: string;
  /** Where a field can be ignored; absent: what failed cannot be. */
  endpoint?: string;
  entries: readonly Entry[];
  isBad?: boolean;
}): VNode | null {
  const canAct = useLive((live) => live.access === 'full' && live.gone === null);
  if (entries.length === 0) return null;
  return html`<h3>${title}</h3><div class="scroll" tabindex="0" role="region" aria-label=${title}><table class=${isBad ? 'stack' : 'stack greyed'}>
    <thead><tr><th scope="col">field</th><th scope="col">kind</th><th scope="col">running</th><th scope="col">testing</th><th scope="col" class="num">times</th>${endpoint === undefined ? null : html`<th scope="col"><span class="unseen">acts</span></th>`}</tr></thead>
    <tbody>${entries.map(
      ({ kind, path, running, testing, count }) => html`<tr>
        <th scope="row" class="long"><code><bdi>${shown(path)}</bdi></code></th><td data-name="kind">${shown(kind)}</td>
        <td class="long" data-name="running"><code><bdi>${shown(running) || 'nothing'}</bdi></code></td>
        <td class="long" data-name="testing"><code><bdi>${shown(testing) || 'nothing'}</bdi></code></td>
        <td class="num" data-name="times">${grouped(count)}</td>
        ${endpoint === undefined ? null : html`<td class="bare"><${ActButtons} acts=${[ignoring(endpoint, kind, path)]} canAct=${canAct} /></td>`}</tr>`,
    )}</tbody>
  </table></div>`;
}

/** What differs by itself or by rule, and therefore counts for nothing. */
export function Ignored({ entries }: { entries: DifferencesView['ignored'] }): VNode {
  return html`<${Card} title="Differs, and is ignored" wide>
    <div class="scroll tall" tabindex="0" role="region" aria-label="Ignored"><table class="stack greyed">
      <thead><tr><th scope="col">endpoint</th><th scope="col">field</th><th scope="col">kind</th><th scope="col">why it is ignored</th></tr></thead>
      <tbody>${entries.map(
        ({ endpoint, path, kind, reason, times, of }) => html`<tr>
          <td class="long" data-name="endpoint"><bdi>${shown(endpoint)}</bdi></td><th scope="row" class="long"><code><bdi>${shown(path)}</bdi></code></th><td data-name="kind">${shown(kind)}</td>
          <td class="bare">${reason === 'rule' ? html`<${State} tone="quiet" word="by a rule" /> of compare.rules` : html`<${State} tone="quiet" word="noise" />: differs at running itself, ${grouped(times)} of ${grouped(of)} times`}</td></tr>`,
      )}</tbody>
    </table></div>
  <//>`;
}
