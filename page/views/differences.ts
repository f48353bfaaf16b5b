import type { DifferencesView } from '../../lib/operator/views/evidence-view.ts';
import { counted, grouped } from '../../lib/text/numbers.ts';
import { useEvidence, useIsTested } from '../live/use-data.ts';
import { Card, Instead, State } from '../parts/basic.ts';
import { valueOf } from '../parts/act-dialog.ts';
import { Fields, Ignored } from '../parts/fields.ts';
import { SampleCard } from '../parts/sample.ts';
import { addressOf, type Route } from '../route.ts';
import { shown } from '../text/show.ts';
import { html, useState, type VNode } from '../vendor/preact.js';

const EVERY_MS = 5000;
const SHOWN_FIRST = 20;
/** Endpoints that a report has at most. */
const OF_A_REPORT = 10;

/** Where the responses differ: endpoint, field, sample; what is noise is greyed, with the reason. */
export function Differences({ route }: { route: Route }): VNode {
  const version = route.subject;
  const { value, problem } = useEvidence<DifferencesView>(
    '/v1/differences',
    version,
    useIsTested(version),
    EVERY_MS,
  );
  const sample = route.query.get('sample') ?? '';
  return html`<div class="views">
    ${sample === '' ? null : html`<${SampleCard} key=${sample} id=${sample} version=${version} />`}
    ${
      value === undefined
        ? html`<${Card} title="Differences" wide><${Instead} problem=${problem} what="differences" /><//>`
        : value === null
          ? html`<${Card} title="Differences" wide><p class="empty">Nothing was tested yet.</p><//>`
          : html`<${List} view=${value} wanted=${route.query.get('endpoint') ?? ''} />`
    }
  </div>`;
}

// Private

function List({ view, wanted }: { view: DifferencesView; wanted: string }): VNode {
  const [filter, setFilter] = useState(wanted);
  const [isAll, showAll] = useState(false);
  const found = view.endpoints.filter(({ endpoint }) =>
    endpoint.toLowerCase().includes(filter.toLowerCase()),
  );
  const ignored = view.ignored.filter(({ endpoint }) =>
    endpoint.toLowerCase().includes(filter.toLowerCase()),
  );
  const endpoints = isAll ? found : found.slice(0, SHOWN_FIRST);
  const search = html`<label class="inline">Endpoint
    <input type="search" value=${filter} onInput=${(event: InputEvent) => setFilter(valueOf(event))} /></label>`;
  return html`<${Card} title=${`Where ${shown(view.version)} differs`} aside=${search} wide>
      ${
        found.length === 0
          ? html`<p class="empty"><${State} tone="good" word="no difference" />${filter === '' ? '' : ' at endpoints with that name'}</p>`
          : html`<p class="quiet-text">${counted(found.length, 'endpoint')}, the most suspicious first${
              view.endpoints.length >= OF_A_REPORT ? '; a report has no more' : ''
            }</p>`
      }
    <//>
    ${endpoints.map(
      (one) => html`<${Card} key=${one.endpoint} title=${shown(one.endpoint)} wide
        aside=${html`<span class="quiet-text">${counted(one.pairs, 'pair')}, worse in ${grouped(one.worse)}, better in ${grouped(one.better)}</span>`}>
        <${Fields} title="Failures" entries=${one.failures} isBad />
        <${Fields} title="Counts against it" entries=${one.differences} endpoint=${one.endpoint} isBad />
        <${Fields} title="Also seen" entries=${one.alsoSeen} endpoint=${one.endpoint} />
        <${Samples} samples=${one.samples} version=${view.version} filter=${filter} />
      <//>`,
    )}
    ${
      found.length > endpoints.length
        ? html`<button type="button" onClick=${() => showAll(true)}>Show ${found.length - endpoints.length} more</button>`
        : null
    }
    ${ignored.length > 0 && html`<${Ignored} entries=${ignored} />`}`;
}

/** Those of the same finding beside each other. */
function Samples({
  samples,
  version,
  filter,
}: {
  samples: DifferencesView['endpoints'][number]['samples'];
  version: string;
  filter: string;
}): VNode | null {
  if (samples.length === 0) return null;
  const keys = [...new Set(samples.map(({ key }) => key))];
  return html`<ul class="samples" aria-label="Samples">${keys.map(
    (key) =>
      html`<li><span class="quiet-text">Samples of <bdi>${shown(key)}</bdi>:</span> ${samples
        .filter((sample) => sample.key === key)
        .map(
          ({ id }) =>
            html`<a href=${addressOf('differences', version, { sample: id, endpoint: filter })}>${shown(id)}</a> `,
        )}</li>`,
  )}</ul>`;
}
