import { decimal, grouped, percent } from '../../lib/text/numbers.ts';
import type { EndpointsView } from '../live/shapes.ts';
import { useEvidence } from '../live/use-data.ts';
import { addressOf } from '../route.ts';
import { shown } from '../text/show.ts';
import { html, useState, type VNode } from '../vendor/preact.js';
import { valueOf } from './act-dialog.ts';
import { Card, Instead, State } from './basic.ts';
import { Histogram } from './histogram.ts';

const EVERY_MS = 5000;
/** More only on demand: 500 rows are a lot to read. */
const SHOWN_FIRST = 50;

/** What both did at every endpoint, and what it still lacks; a filter by name, and by what is wrong. */
export function Endpoints({ version, isLive }: { version: string; isLive: boolean }): VNode {
  const { value, problem, isLoading } = useEvidence<EndpointsView>(
    '/v1/endpoints',
    version,
    isLive,
    EVERY_MS,
  );
  const [filter, setFilter] = useState('');
  const [isAll, showAll] = useState(false);
  if (isLoading || value === undefined) {
    return html`<${Card} title="Endpoints" wide><${Instead} problem=${problem} what="endpoints" /><//>`;
  }
  if (value === null) {
    return html`<${Card} title="Endpoints" wide><p class="empty">Nothing is known of its endpoints.</p><//>`;
  }
  const found = value.endpoints.filter(({ endpoint }) =>
    endpoint.toLowerCase().includes(filter.toLowerCase()),
  );
  const rows = isAll ? found : found.slice(0, SHOWN_FIRST);
  const search = html`<label class="inline">Filter
    <input type="search" value=${filter} onInput=${(event: InputEvent) => setFilter(valueOf(event))} /></label>`;
  return html`<${Card} title=${`Endpoints (${grouped(value.endpoints.length)})`} aside=${search} wide>
    <div class="scroll" tabindex="0" role="region" aria-label="Endpoints"><table>
      <thead><tr>
        <th scope="col">endpoint</th>
        <th scope="col" class="num" title="of the users' requests since the test began">share</th>
        <th scope="col" class="num" title="requests that both responded to">pairs</th>
        <th scope="col" class="num" title="5xx and no response, of running and of testing">failed</th>
        <th scope="col" class="num" title="400 to 499, of running and of testing">4xx</th>
        <th scope="col" title="grey: running, line: testing">latency</th>
        <th scope="col">still lacks</th>
      </tr></thead>
      <tbody>${rows.map(
        (one) => html`<tr>
          <th scope="row" class="long"><a href=${addressOf('differences', value.version, { endpoint: one.endpoint })}><bdi>${shown(one.endpoint)}</bdi></a></th>
          <td class="num">${percent(one.share)}</td>
          <td class="num">${grouped(one.pairs)}</td>
          <td class="num" title="running and testing">${grouped(one.running.failed)} | ${grouped(one.testing.failed)}</td>
          <td class="num" title="running and testing">${grouped(one.running.clientErrors)} | ${grouped(one.testing.clientErrors)}</td>
          <td><${Histogram} bounds=${value.bounds} running=${one.running.ms} testing=${one.testing.ms} /></td>
          <td class="lacks">${
            one.held
              ? html`<${State} tone="careful" word="held" />`
              : one.needs === null
                ? html`<${State} tone="good" word="nothing" />`
                : null
          } ${one.needs === null ? '' : html`<bdi>${shown(one.needs)}</bdi>`}</td>
        </tr>`,
      )}</tbody>
    </table></div>
    ${found.length === 0 ? html`<p class="empty">No endpoint has that in its name.</p>` : null}
    ${
      found.length > rows.length
        ? html`<button type="button" onClick=${() => showAll(true)}>Show ${decimal(found.length - rows.length)} more</button>`
        : null
    }
  <//>`;
}
