import type { StatusView, UsersEvidence } from '../../lib/operator/views/status-view.ts';
import { counted, decimal, grouped, percent } from '../../lib/text/numbers.ts';
import { shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';
import { Card } from './basic.ts';

type Row = UsersEvidence['rows'][number];

/** Of a version on probation, or with a share of the users: what users got of it and of the other one, while the evidence builds. */
export function UserEvidence({
  status,
  version,
}: {
  status: StatusView | null;
  /** Of the view; empty: whichever there is. */
  version: string;
}): VNode | null {
  const { probation = null, steps = null } = status ?? {};
  const of = steps ?? probation;
  if (of === null || (version !== '' && of.version !== version)) return null;
  const evidence = steps === null ? (probation?.users ?? null) : steps.evidence;
  if (evidence === null) return null;
  const { responses, controlResponses, odds, oddsNeeded, rows } = evidence;
  const other = steps?.running ?? probation?.previous ?? '';
  return html`<${Card} title=${`What users get of ${shown(of.version)}`} wide>
    <p class="quiet-text">By ${counted(responses, 'response')} to users, beside ${grouped(controlResponses)} of <bdi>${shown(other)}</bdi>:
      the odds that it is worse are ${decimal(odds)} to 1, and ${grouped(oddsNeeded)} to 1 is enough.
      Writes count here, which are never copied.</p>
    <div class="scroll" tabindex="0" role="region" aria-label="What users get"><table class="users-get stack">
      <thead><tr><th scope="col">users get</th>
        <th scope="col" class="num" title="of the other version, before this one came">before</th>
        <th scope="col" class="num" title="of the other version, at the same time: by other users, or by copies">meanwhile</th>
        <th scope="col" class="num" title="of this version">now</th>
        <th scope="col" class="num" title="what a version that is no worse may reach">at most</th></tr></thead>
      <tbody>${rows.map(
        ({ name, endpoint, before, meanwhile, now, limit }) => html`<tr>
          <th scope="row" class="long"><bdi>${endpoint === null ? name : `${shown(endpoint)}: ${name}`}</bdi></th>
          <td class="num" data-name="before">${countText(before)}</td>
          <td class="num" data-name="meanwhile">${countText(meanwhile)}</td>
          <td class="num" data-name="now">${countText(now)}</td>
          <td class="num" data-name="at most">${limit === null ? '–' : percent(limit)}</td>
        </tr>`,
      )}</tbody>
    </table></div>
  <//>`;
}

// Private

function countText({ hits, responses }: Row['now']): string {
  return responses === 0 ? '–' : `${grouped(hits)} of ${grouped(responses)}`;
}
