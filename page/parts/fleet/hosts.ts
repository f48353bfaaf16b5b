import type { FleetReport, HostReport } from '../../../lib/operator/views/fleet-view.ts';
import { grouped } from '../../../lib/text/numbers.ts';
import { shown } from '../../text/show.ts';
import { html, useState, type VNode } from '../../vendor/preact.js';
import { valueOf } from '../act-dialog.ts';
import { Card, State, type Tone } from '../basic.ts';

/** More only on demand: 200 rows are a lot to read. */
const SHOWN_FIRST = 50;
/** From here on, decimals of odds say nothing. */
const WHOLE_ODDS = 10;

type HostState = HostReport['state'];

/** In the order in which they need somebody. */
const STATES: Readonly<Record<HostState, { readonly tone: Tone; readonly meaning: string }>> = {
  rejected: { tone: 'bad', meaning: 'it rejected the version, or went back from it' },
  'other content': {
    tone: 'bad',
    meaning: 'it has a file of that name with another content than most hosts, and stays out',
  },
  away: { tone: 'careful', meaning: 'it has not been heard of for 15 s' },
  switching: { tone: 'careful', meaning: 'its users are moving to the version' },
  probation: { tone: 'info', meaning: 'it runs the version, and users may still go back' },
  testing: { tone: 'info', meaning: 'it tests the version' },
  gone: { tone: 'good', meaning: 'it has gone to the version, and its probation is over' },
  steady: { tone: 'quiet', meaning: 'it tests nothing' },
};
const ORDER = Object.keys(STATES);

/** Every host with what it runs and tests, where it is in the rollout, and its share of the evidence. */
export function Hosts({ report }: { report: FleetReport }): VNode {
  const [filter, setFilter] = useState('');
  const [isAll, showAll] = useState(false);
  const wanted = filter.toLowerCase();
  const found = report.hosts
    .filter(({ host, state }) => `${host} ${state}`.toLowerCase().includes(wanted))
    .toSorted((left, right) => ORDER.indexOf(left.state) - ORDER.indexOf(right.state));
  const rows = isAll ? found : found.slice(0, SHOWN_FIRST);
  const search = html`<label class="inline">Filter
    <input type="search" placeholder="name or state" value=${filter} onInput=${(event: InputEvent) => setFilter(valueOf(event))} /></label>`;
  return html`<${Card} title=${`Hosts (${grouped(report.hosts.length)})`} aside=${search} wide>
    <${Counts} hosts=${report.hosts} />
    <${Evidence} report=${report} />
    <div class="scroll" tabindex="0" role="region" aria-label="Hosts"><table class="hosts stack">
      <thead><tr>
        <th scope="col">host</th><th scope="col">state</th><th scope="col">running</th><th scope="col">testing</th>
        <th scope="col" class="num" title="in which it was told to go">wave</th>
        <th scope="col" class="num" title="requests that both versions responded to there">pairs</th>
        <th scope="col" class="num" title="that the version is worse, by this host alone">odds</th>
        <th scope="col" title="why it would not go now, whatever the fleet says">waits for</th>
      </tr></thead>
      <tbody>${rows.map((one) => html`<${Row} key=${one.host} of=${one} report=${report} />`)}</tbody>
    </table></div>
    ${found.length === 0 ? html`<p class="empty">${report.hosts.length === 0 ? 'No host is known yet.' : 'No host has that in its name or state.'}</p>` : null}
    ${
      found.length > rows.length
        ? html`<button type="button" onClick=${() => showAll(true)}>Show ${grouped(found.length - rows.length)} more</button>`
        : null
    }
  <//>`;
}

// Private

function Row({ of, report }: { of: HostReport; report: FleetReport }): VNode {
  const { host, state, running, testing, wave, waits, pairs, odds, vili, url } = of;
  const { tone, meaning } = STATES[state] ?? { tone: 'quiet', meaning: '' };
  const marks = [
    ...(host === report.host ? ['this host'] : []),
    ...(host === report.leader?.host ? ['leads'] : []),
  ];
  const about = [vili === '' ? '' : `Vili ${vili}`, url].filter((part) => part !== '').join(', ');
  return html`<tr data-host=${shown(host)} class=${host === report.host ? 'chosen' : ''}>
    <th scope="row" class="long" title=${shown(about)}><bdi>${shown(host)}</bdi>
      ${marks.length > 0 && html` <span class="quiet-text">${marks.join(', ')}</span>`}</th>
    <td class="bare" title=${meaning}><${State} tone=${tone} word=${state} /></td>
    <td class="long" data-name="running">${running !== null && html`<bdi>${shown(running)}</bdi>`}</td>
    <td class="long" data-name="testing">${testing !== null && html`<bdi>${shown(testing)}</bdi>`}</td>
    <td class="num" data-name="wave">${wave}</td>
    <td class="num" data-name="pairs">${pairs !== null && grouped(pairs)}</td>
    <td class="num" data-name="odds">${odds !== null && `${oddsText(odds)} to 1`}</td>
    <td class="reason" data-name="waits for">${waits !== null && html`<bdi>${shown(waits)}</bdi>`}</td>
  </tr>`;
}

/** How many there are of each state, without reading 200 rows. */
function Counts({ hosts }: { hosts: readonly HostReport[] }): VNode {
  const counts = ORDER.flatMap((state) => {
    const count = hosts.filter((host) => host.state === state).length;
    return count === 0 ? [] : [{ state: state as HostState, count }];
  });
  return html`<p class="counts">${counts.map(
    ({ state, count }) =>
      html`<span title=${STATES[state].meaning}>${grouped(count)} <${State} tone=${STATES[state].tone} word=${state} /></span> `,
  )}</p>`;
}

/** Only the leader adds it up: elsewhere it is said where. */
function Evidence({
  report: { verdict, leader, hosts, rollout },
}: {
  report: FleetReport;
}): VNode | null {
  if (verdict !== null || rollout === null || leader === null) return null;
  const url = hosts.find(({ host }) => host === leader.host)?.url ?? '';
  return html`<p class="quiet-text">Pairs and odds of each host are added up by the one that leads,
    <bdi>${shown(leader.host)}</bdi>${url === '' ? '' : html` (<bdi>${shown(url)}</bdi>)`}.</p>`;
}

function oddsText(odds: number): string {
  return odds < WHOLE_ODDS ? odds.toFixed(1) : grouped(odds);
}
