import type { ActorTree } from '../../lib/model/actor-tree.ts';
import { grouped, percent } from '../../lib/text/numbers.ts';
import { useLive } from '../live/store.ts';
import { useData } from '../live/use-data.ts';
import { Card, Instead, State, type Tone } from '../parts/basic.ts';
import { TraceTable } from '../parts/trace-table.ts';
import type { Route } from '../route.ts';
import { age, shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';

const EVERY_MS = 1000;
/** Mailboxes hold 1000 messages: from here on one is behind. */
const BEHIND = 100;

/** Whether Vili itself is well: its actors, their mailboxes, and the messages between them. */
export function Inside({ route }: { route: Route }): VNode {
  const { value, problem } = useData<ActorTree>('/v1/tree', {}, EVERY_MS);
  return html`<div class="views">
    ${
      value === undefined
        ? html`<${Card} title="Actors" wide><${Instead} problem=${problem} what="actors" /><//>`
        : html`<${Health} actors=${flat(value)} /><${Actors} tree=${value} />`
    }
    <${TraceTable} route=${route} />
  </div>`;
}

// Private

interface Row {
  readonly actor: ActorTree;
  readonly depth: number;
}

function flat(actor: ActorTree, depth = 0): readonly Row[] {
  return [{ actor, depth }, ...actor.children.flatMap((child) => flat(child, depth + 1))];
}

function Health({ actors }: { actors: readonly Row[] }): VNode {
  const vili = useLive((live) => live.status?.vili ?? null);
  const hung = actors.filter(({ actor }) => actor.hung);
  const down = actors.filter(
    ({ actor }) => actor.status === 'backoff' || actor.status === 'restarting',
  );
  const behind = actors.filter(({ actor }) => actor.mailbox >= BEHIND);
  const restarts = actors.reduce((sum, { actor }) => sum + actor.restarts, 0);
  const troubles = [
    ...hung.map(({ actor }) => `${actor.path} has not finished a message for too long`),
    ...down.map(({ actor }) => `${actor.path} failed and is started again`),
    ...behind.map(({ actor }) => `${grouped(actor.mailbox)} messages wait for ${actor.path}`),
  ];
  const text =
    troubles.length === 0
      ? `All ${actors.length} actors are at work${restarts === 0 ? ', and none has ever failed' : `; ${grouped(restarts)} restarts since they began`}.`
      : `${troubles.join('. ')}.`;
  return html`<section class=${`card verdict ${troubles.length === 0 ? 'good' : 'bad'}`} aria-label="Health">
    <p class="word" role="status"><${State} tone=${troubles.length === 0 ? 'good' : 'bad'} word=${troubles.length === 0 ? 'Vili is well' : 'Vili has a problem'} /></p>
    <p class="big">${shown(text)}</p>
    ${vili && html`<p class="quiet-text">version ${shown(vili.version)}, pid ${vili.pid}, up ${age(vili.uptimeMs)}</p>`}
  </section>`;
}

function Actors({ tree }: { tree: ActorTree }): VNode {
  const rows = flat(tree);
  const longest = Math.max(1, ...rows.map(({ actor }) => actor.mailbox));
  return html`<${Card} title="Actors" wide><div class="scroll" tabindex="0" role="region" aria-label="Actors"><table class="tree">
    <thead><tr><th scope="col">actor</th><th scope="col">state</th>
      <th scope="col" class="num" title="messages that wait">mailbox</th>
      <th scope="col" class="num" title="starts after a failure">restarts</th>
      <th scope="col" title="the message that is being handled, and for how long">in hand</th></tr></thead>
    <tbody>${rows.map(
      ({ actor, depth }) => html`<tr key=${actor.path}>
        <th scope="row" class=${`long depth-${Math.min(depth, 5)}`} title=${shown(actor.path)}><bdi>${shown(nameOf(actor.path))}</bdi></th>
        <td><${State} tone=${toneOf(actor)} word=${actor.hung ? 'HUNG' : actor.status} /></td>
        <td class="num"><span class="meter" title=${percent(actor.mailbox / longest)}>${grouped(actor.mailbox)}</span></td>
        <td class="num">${grouped(actor.restarts)}</td>
        <td>${actor.inHand === null ? html`<span class="quiet-text">–</span>` : html`<bdi>${shown(actor.inHand.type)}</bdi> ${age(actor.inHand.sinceMs)}`}</td>
      </tr>`,
    )}</tbody>
  </table></div><//>`;
}

function toneOf({ status, hung }: ActorTree): Tone {
  if (hung || status === 'backoff') return 'bad';
  if (status === 'running') return 'good';
  return status === 'stopped' ? 'quiet' : 'careful';
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || path;
}
