import { useLive } from '../live/store.ts';
import { ActButtons } from '../parts/act-buttons.ts';
import { retest, rollbackTo } from '../parts/acts.ts';
import { Card, Empty, State, Time, type Tone } from '../parts/basic.ts';
import { EventLines, eventTone, eventWord } from '../parts/events.ts';
import { addressOf, type Route } from '../route.ts';
import { sentence, shown } from '../text/show.ts';
import { type VersionView, versionsOf } from '../text/versions-of.ts';
import { html, useMemo, type VNode } from '../vendor/preact.js';

/** Everything that ever came, what became of it, why, and who decided; one version by itself with its own address. */
export function Versions({ route }: { route: Route }): VNode {
  const history = useLive((live) => live.history);
  const isKnown = useLive((live) => live.access === 'open' || live.access === 'full');
  const running = useLive((live) => live.status?.running?.version ?? null);
  const testing = useLive((live) => live.status?.testing?.version ?? null);
  const previous = useLive((live) => live.status?.previous?.version ?? null);
  const versions = useMemo(
    () => versionsOf(history, { running, testing, previous }),
    [history, running, testing, previous],
  );
  if (!isKnown) {
    return html`<${Card} title="Versions" wide><p class="empty loading">Loading versions…</p><//>`;
  }
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
    <//>
  </div>`;
}

// Private

function List({ versions, chosen }: { versions: readonly VersionView[]; chosen: string }): VNode {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Versions"><table class="versions">
    <thead><tr><th scope="col">version</th><th scope="col">what became of it</th><th scope="col">when</th>
      <th scope="col">who</th><th scope="col">why</th></tr></thead>
    <tbody>${versions.map(
      ({ version, state, at, by, reasons }) => html`<tr class=${version === chosen ? 'chosen' : ''}>
        <th scope="row" class="long"><a href=${addressOf('versions', version)}><bdi>${shown(version)}</bdi></a></th>
        <td><${State} tone=${stateTone(state)} word=${eventWord(state)} /></td>
        <td><${Time} at=${at} /></td>
        <td><bdi>${shown(by)}</bdi></td>
        <td class="reason"><bdi>${shown(reasons.join('; '))}</bdi></td>
      </tr>`,
    )}</tbody>
  </table></div>`;
}

function One({
  of: { version, state, by, at, reasons, events, wasTested },
}: {
  of: VersionView;
}): VNode {
  const canAct = useLive((live) => live.access === 'full' && live.gone === null);
  const acts = [
    ...(['rejected', 'superseded', 'rolled-back'].includes(state) ? [retest(version)] : []),
    ...(state === 'previous' || state === 'promoted' ? [rollbackTo(version)] : []),
  ];
  return html`<${Card} title=${shown(version)} aside=${html`<${State} tone=${stateTone(state)} word=${eventWord(state)} />`} wide>
    <p><${Time} at=${at} /> by <b><bdi>${shown(by)}</bdi></b></p>
    ${reasons.length > 0 && html`<p class="big"><bdi>${reasons.map((one) => sentence(one)).join(' ')}</bdi></p>`}
    ${
      wasTested &&
      html`<div class="buttons">
        <a class="button" href=${addressOf('why', version)}>Report</a>
        <a class="button" href=${addressOf('differences', version)}>Differences</a>
        <a class="button" href=${addressOf('inside', '', { id: version })}>Messages</a></div>`
    }
    ${acts.length > 0 && html`<${ActButtons} acts=${acts} canAct=${canAct} />`}
    <h3>What happened to it</h3>
    <${EventLines} entries=${events.map((event) => ({ ...event, version: '' })).toReversed()} />
  <//>`;
}

function stateTone(state: string): Tone {
  if (state === 'running') return 'good';
  return state === 'testing' ? 'info' : eventTone(state);
}
