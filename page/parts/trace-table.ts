import type { TraceRecord } from '../../lib/model/trace-record.ts';
import { milliseconds } from '../../lib/text/times.ts';
import { useData } from '../live/use-data.ts';
import { addressOf, type Route } from '../route.ts';
import { shown } from '../text/show.ts';
import { html, useState, type VNode } from '../vendor/preact.js';
import { valueOf } from './act-dialog.ts';
import { Card, Instead, State, Time } from './basic.ts';
import { Sequence } from './sequence.ts';

const EVERY_MS = 2000;
const LIMIT = 200;

const KINDS = ['latest', 'slow', 'dead letters'] as const;
type Kind = (typeof KINDS)[number];

/** The messages between actors: the latest, the slow ones, those nobody got; those of one correlation id as a diagram, too. */
export function TraceTable({ route }: { route: Route }): VNode {
  const id = route.query.get('id') ?? '';
  const [kind, setKind] = useState<Kind>('latest');
  const [actor, setActor] = useState('');
  const query =
    id !== ''
      ? { id, limit: LIMIT }
      : kind === 'slow'
        ? { slow: '1' }
        : {
            limit: kind === 'latest' ? LIMIT : 10_000,
            ...(actor.startsWith('/') ? { actor } : {}),
          };
  const { value, problem } = useData<readonly TraceRecord[]>(
    '/v1/trace',
    query,
    id === '' ? EVERY_MS : 0,
  );
  const wanted = (value ?? [])
    .filter(
      ({ outcome }) =>
        kind !== 'dead letters' || id !== '' || outcome === 'dead' || outcome === 'dropped',
    )
    .slice(-LIMIT);
  const choice = html`<span class="choices">
    ${
      id === ''
        ? html`<label class="inline">Show <select value=${kind} onChange=${(event: Event) => setKind(KINDS.find((one) => one === valueOf(event)) ?? 'latest')}>
          ${KINDS.map((one) => html`<option value=${one}>${one}</option>`)}</select></label>
        <label class="inline">Actor <input type="search" placeholder="/vili/deployer" value=${actor} onChange=${(event: Event) => setActor(valueOf(event))} /></label>`
        : html`<a href=${addressOf('inside')}>All messages</a>`
    }
  </span>`;
  return html`<${Card} title=${id === '' ? 'Messages' : `Messages of ${shown(id)}`} aside=${choice} wide>
    ${
      value === undefined
        ? html`<${Instead} problem=${problem} what="messages" />`
        : wanted.length === 0
          ? html`<p class="empty">None.</p>`
          : html`${id !== '' && html`<${Sequence} records=${wanted} />`}<${Table} records=${wanted.toReversed()} />`
    }
  <//>`;
}

// Private

function Table({ records }: { records: readonly TraceRecord[] }): VNode {
  return html`<div class="scroll tall" tabindex="0" role="region" aria-label="Messages"><table>
    <thead><tr><th scope="col">sent</th><th scope="col">from</th><th scope="col">to</th><th scope="col">message</th>
      <th scope="col">of</th><th scope="col" class="num" title="in the mailbox">waited</th>
      <th scope="col" class="num" title="by the receiver">handled in</th><th scope="col">outcome</th></tr></thead>
    <tbody>${records.map(
      (record) => html`<tr key=${record.id}>
        <td><${Time} at=${new Date(record.atMs).toISOString()} /></td>
        <td><bdi>${shown(record.from)}</bdi></td><td><bdi>${shown(record.to)}</bdi></td>
        <td><bdi>${shown(record.type)}</bdi></td>
        <td>${record.correlation === null ? '' : html`<a href=${addressOf('inside', '', { id: record.correlation })}><bdi>${shown(record.correlation)}</bdi></a>`}</td>
        <td class="num">${milliseconds(record.waitMs)}</td><td class="num">${milliseconds(record.handledMs)}</td>
        <td><${State} tone=${record.outcome === 'ok' ? 'good' : 'bad'} word=${record.outcome} /></td>
      </tr>`,
    )}</tbody>
  </table></div>`;
}
