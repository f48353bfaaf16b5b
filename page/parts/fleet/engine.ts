import type { FleetReport } from '../../../lib/operator/views/fleet-view.ts';
import { sentence, shown } from '../../text/show.ts';
import { html, type VNode } from '../../vendor/preact.js';
import { Card, State, Time } from '../basic.ts';
import { Fact } from '../surroundings.ts';

/** Where the hosts meet, who leads, and what this one waits for. */
export function EngineCard({ report }: { report: FleetReport }): VNode {
  const { fleet, host, engine, leader, hold, waits } = report;
  return html`<${Card} title="This host and the others">
    <dl class="facts">
      <${Fact} name="fleet" meaning="fleet.name, the same on all its hosts"><bdi>${shown(fleet)}</bdi><//>
      <${Fact} name="this host" meaning="fleet.host"><bdi>${shown(host)}</bdi><//>
      <${Fact} name="leads" meaning="the host that adds up the evidence, opens waves and carries out what people ask for">
        ${leader === null ? html`<${State} tone="careful" word="nobody" />` : html`<bdi>${shown(leader.host)}</bdi> <span class="quiet-text">token ${leader.token}</span>`}
      <//>
      <${Fact} name="etcd" meaning="where the hosts meet: fleet.endpoints">
        ${
          engine.problem === null
            ? html`<${State} tone="good" word="there" />`
            : html`<${State} tone="bad" word="gone" /> <span class="quiet-text">since <${Time} at=${engine.since} /></span>`
        } <bdi class="path">${shown(engine.endpoints.join(', '))}</bdi>
      <//>
      ${
        hold !== null &&
        html`<${Fact} name="paused" meaning="no host is promoted by itself until somebody resumes">
        <${State} tone="careful" word="paused" /> by <bdi>${shown(hold.by)}</bdi>${hold.at === '' ? '' : html` <${Time} at=${hold.at} />`}
        <span class="quiet-text"><bdi>${shown(hold.reason)}</bdi></span><//>`
      }
      <${Fact} name="waits for" meaning="why this host does not go to the version now"><bdi>${waits === null ? 'nothing' : shown(waits)}</bdi><//>
    </dl>
    ${engine.trouble !== null && html`<p class="trouble"><bdi>${sentence(engine.trouble)}</bdi></p>`}
  <//>`;
}
