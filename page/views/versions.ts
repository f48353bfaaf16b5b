import type { HistoryEntry } from '../../lib/model/history.ts';
import type {
  VersionState,
  VersionsView,
  VersionView,
} from '../../lib/operator/views/versions-view.ts';
import { grouped } from '../../lib/text/numbers.ts';
import { useLive } from '../live/store.ts';
import { useData } from '../live/use-data.ts';
import { ActButtons } from '../parts/act-buttons.ts';
import { retest, rollbackTo } from '../parts/acts.ts';
import { Card, Empty, Instead, State, Time, type Tone } from '../parts/basic.ts';
import { Downloads } from '../parts/downloads.ts';
import { EventLines } from '../parts/events.ts';
import { addressOf, type Route } from '../route.ts';
import { sentence, shown } from '../text/show.ts';
import { html, useState, type VNode } from '../vendor/preact.js';

const LIMIT = 200;
/** As many as the API gives. */
const LIMIT_ALL = 1000;

const TONES: Readonly<Record<VersionState, Tone>> = {
  running: 'good',
  testing: 'info',
  waiting: 'info',
  previous: 'quiet',
  promoted: 'good',
  rejected: 'bad',
  superseded: 'careful',
  'rolled-back': 'bad',
  declined: 'careful',
  retired: 'quiet',
  deleted: 'quiet',
};

/** Everything that ever came, what became of it, why, and who decided; one version by itself with its own address. */
export function Versions({ route }: { route: Route }): VNode {
  const [limit, setLimit] = useState(LIMIT);
  const { value, problem } = useData<VersionsView>('/v1/versions', { limit });
  if (value === undefined) {
    return html`<${Card} title="Versions" wide><${Instead} problem=${problem} what="versions" /><//>`;
  }
  const { versions } = value;
  const one = versions.find(({ version }) => version === route.subject);
  return html`<div class="views">
    ${
      route.subject !== '' &&
      (one === undefined
        ? html`<${Card} title=${shown(route.subject)} wide><p class="empty">Nothing is known of this version.</p><//>`
        : html`<${One} of=${one} />`)
    }
    <${Card} title="Everything that came" wide>
      ${
        versions.length === 0
          ? html`<${Empty}>No version has come yet.<//>`
          : html`<${List} versions=${versions} chosen=${route.subject} />`
      }
      ${
        versions.length >= limit && limit < LIMIT_ALL
          ? html`<button type="button" onClick=${() => setLimit(LIMIT_ALL)}>Show up to ${grouped(LIMIT_ALL)}</button>`
          : null
      }
    <//>
  </div>`;
}

// Private

function List({ versions, chosen }: { versions: readonly VersionView[]; chosen: string }): VNode {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Versions"><table class="versions stack">
    <thead><tr><th scope="col">version</th><th scope="col">what became of it</th><th scope="col">when</th>
      <th scope="col">who</th><th scope="col">why</th></tr></thead>
    <tbody>${versions.map(
      ({ version, state, at, by, reasons }) => html`<tr class=${version === chosen ? 'chosen' : ''}>
        <th scope="row" class="long"><a href=${addressOf('versions', version)}><bdi>${shown(version)}</bdi></a></th>
        <td class="bare"><${State} tone=${TONES[state] ?? 'quiet'} word=${state} /></td>
        <td data-name="when"><${Time} at=${at} /></td>
        <td data-name="who"><bdi>${shown(by)}</bdi></td>
        <td class="reason bare"><bdi>${reasons.map((reason) => sentence(reason)).join(' ')}</bdi></td>
      </tr>`,
    )}</tbody>
  </table></div>`;
}

/** Whose version it is stands above, and the reasons of its decision too. */
function told(event: VersionView['events'][number], decidedAt: string): HistoryEntry {
  return { ...event, version: '', reasons: event.at === decidedAt ? [] : event.reasons };
}

function One({ of }: { of: VersionView }): VNode {
  const { version, state, by, at, reasons, events, hasReport, where } = of;
  const canAct = useLive((live) => live.access === 'full' && live.gone === null);
  const acts = [
    ...(['rejected', 'superseded', 'rolled-back'].includes(state) ? [retest(version)] : []),
    ...(['previous', 'promoted', 'retired'].includes(state) && where !== null
      ? [rollbackTo(version)]
      : []),
  ];
  const wasTested = hasReport || state === 'testing';
  return html`<${Card} title=${shown(version)} aside=${html`<${State} tone=${TONES[state] ?? 'quiet'} word=${state} />`} wide>
    <p><${Time} at=${at} /> by <b><bdi>${shown(by)}</bdi></b>${
      where === null
        ? html`<span class="quiet-text">; its files are deleted</span>`
        : html`<span class="quiet-text">; its files are in its ${where}</span>`
    }</p>
    ${
      reasons.length > 0 &&
      html`<ul class="needs">${reasons.map((reason) => html`<li><bdi>${sentence(reason)}</bdi></li>`)}</ul>`
    }
    ${
      wasTested &&
      html`<div class="buttons">
        <a class="button" href=${addressOf('why', version)}>Report</a>
        <a class="button" href=${addressOf('differences', version)}>Differences</a>
        <a class="button" href=${addressOf('inside', '', { id: version })}>Messages</a></div>`
    }
    ${acts.length > 0 && html`<${ActButtons} acts=${acts} canAct=${canAct} />`}
    ${wasTested && html`<${Downloads} version=${version} />`}
    <h3>What happened to it</h3>
    <${EventLines} entries=${events.map((event) => told(event, at)).toReversed()} />
  <//>`;
}
