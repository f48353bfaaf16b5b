import type { FleetReport } from '../../lib/operator/views/fleet-view.ts';
import { useLive } from '../live/store.ts';
import { useData } from '../live/use-data.ts';
import { ActButtons } from '../parts/act-buttons.ts';
import { Card, Empty, Instead, State } from '../parts/basic.ts';
import { fleetActs } from '../parts/fleet/acts.ts';
import { EngineCard } from '../parts/fleet/engine.ts';
import { fleetHeadline } from '../parts/fleet/headline.ts';
import { Hosts } from '../parts/fleet/hosts.ts';
import { RolloutCard } from '../parts/fleet/rollout.ts';
import { html, type VNode } from '../vendor/preact.js';

const EVERY_MS = 2000;

/** Several hosts that decide together: how far a version is on them, what holds it, and what one can do on all of them. */
export function Fleet(): VNode {
  const { value, problem } = useData<FleetReport | null>('/v1/fleet', {}, EVERY_MS);
  const canAct = useLive((live) => live.access === 'full' && live.gone === null);
  if (value === undefined) {
    return html`<${Card} title="Fleet" wide><${Instead} problem=${problem} what="fleet" /><//>`;
  }
  if (value === null) {
    return html`<${Card} title="Fleet" wide><${Empty}>This host decides alone: <code>fleet.endpoints</code> is not set.<//><//>`;
  }
  const { tone, word, text } = fleetHeadline(value);
  const isThere = value.engine.problem === null;
  return html`<div class="views">
    <section class=${`card verdict ${tone}`} aria-label="State of the fleet">
      <p class="word" role="status"><${State} tone=${tone} word=${word} /></p>
      <p class="big"><bdi>${text}</bdi></p>
      ${problem !== null && !problem.isGone && html`<p><${State} tone="careful" word=${`not up to date: ${problem.message}`} /></p>`}
    </section>
    <${Card} title="What you can do on all hosts" wide>
      <${ActButtons} acts=${fleetActs(value)} canAct=${canAct && isThere} why=${isThere ? undefined : 'The fleet cannot be asked while etcd is gone'} />
    <//>
    <div class="two"><${RolloutCard} report=${value} /><${EngineCard} report=${value} /></div>
    <${Hosts} report=${value} />
  </div>`;
}
