import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { bytes, grouped, percent } from '../../lib/text/numbers.ts';
import { addressOf } from '../route.ts';
import { age, sentence, shown } from '../text/show.ts';
import { type Child, html, type VNode } from '../vendor/preact.js';
import { Card, State } from './basic.ts';

/** What users got, what became of copies, the disk, and Vili itself. */
export function Surroundings({ status }: { status: StatusView }): VNode {
  const { traffic, users, disk, archive, vili, fleet } = status;
  const failed = sum(users.failed);
  const isTight = disk.freeShare !== null && disk.freeShare < disk.minFree;
  return html`<${Card} title="Around it">
    <dl class="facts">
      <${Fact} name="requests" meaning="of users, since Vili started"><span class="num">${grouped(traffic.received)}</span><//>
      <${Fact} name="users without a response" meaning="what Vili itself had to respond in place of running">
        ${
          failed === 0
            ? html`<${State} tone="good" word="none" />`
            : html`<${State} tone="bad" word=${grouped(failed)} /> <span class="quiet-text">${partsOf(users.failed)}</span>`
        }
      <//>
      <${Fact} name="compared" meaning="copies that testing responded to"><span class="num">${grouped(traffic.mirrored)}</span><//>
      <${Fact} name="never meant for testing" meaning="writes, probes and what else is not copied">
        <span class="num">${grouped(sum(traffic.skipped))}</span> <span class="quiet-text">${partsOf(traffic.skipped)}</span>
      <//>
      <${Fact} name="copies lost" meaning="left out so that users do not feel the test, or without a response of testing">
        <span class="num">${grouped(sum(traffic.dropped) + sum(traffic.failed))}</span>${' '}<span class="quiet-text">${partsOf({ ...traffic.dropped, ...traffic.failed })}</span>
      <//>
      <${Fact} name="disk" meaning="of the file system of the base folder">
        ${disk.freeShare === null ? 'unknown' : html`<${State} tone=${isTight ? 'bad' : 'good'} word=${`${percent(disk.freeShare)} free`} />`}
        ${disk.baseBytes === null ? null : html` <span class="quiet-text">the base takes ${bytes(disk.baseBytes)}</span>`}
      <//>
      <${Fact} name="archive" meaning="versions that have gone, as zips">${archive.count} <span class="quiet-text">${bytes(archive.bytes)}</span><//>
      ${fleet && html`<${Fact} name="fleet" meaning="the hosts that decide together"><${Fleet} fleet=${fleet} /><//>`}
      <${Fact} name="Vili" meaning="the daemon itself">
        ${shown(vili.version)} <span class="quiet-text">up ${age(vili.uptimeMs)}, pid ${vili.pid}, users on port ${vili.port}</span>
      <//>
      <${Fact} name="base" meaning="the folder Vili works in"><bdi class="path">${shown(vili.base)}</bdi><//>
    </dl>
    ${disk.failing.map(({ what, problem }) => html`<p class="trouble">${sentence(`${what} cannot be written: ${problem}`)}</p>`)}
    ${vili.servletTls === 'unchecked' && html`<p class="trouble">The certificate of the service is not checked.</p>`}
  <//>`;
}

// Private

/** What keeps this host from going on comes first. */
function Fleet({ fleet }: { fleet: NonNullable<StatusView['fleet']> }): VNode {
  const { name, leader, problem, waits } = fleet;
  const link = html`<a href=${addressOf('fleet')}><bdi>${shown(name)}</bdi></a>`;
  if (problem !== null) return html`${link} <${State} tone="bad" word="etcd is gone" />`;
  const led = leader === null ? 'nobody leads yet' : `led by ${leader}`;
  return html`${link} <span class="quiet-text"><bdi>${shown(waits ?? led)}</bdi></span>`;
}

/** A name, with its meaning on hover, and what it is. */
export function Fact({
  name,
  meaning,
  children,
}: {
  name: string;
  meaning: string;
  children?: Child;
}): VNode {
  return html`<div><dt title=${meaning}>${name}</dt><dd>${children}</dd></div>`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function partsOf(counts: Readonly<Record<string, number>>): string {
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return present.map(([name, count]) => `${shown(name)} ${grouped(count)}`).join(', ');
}
