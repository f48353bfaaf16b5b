import type { FleetReport } from '../../../lib/operator/views/fleet-view.ts';
import { grouped, percentDone } from '../../../lib/text/numbers.ts';
import { addressOf } from '../../route.ts';
import { sentence, shown } from '../../text/show.ts';
import { html, type VNode } from '../../vendor/preact.js';
import { Card, Empty, State, type Tone } from '../basic.ts';

/** The start of a SHA-256 that tells builds apart for a reader. */
const SHORT_HASH = 12;

type Rollout = NonNullable<FleetReport['rollout']>;

/** Where the version on its way is: its waves, and what the evidence of all hosts says of it. */
export function RolloutCard({ report: { rollout, verdict } }: { report: FleetReport }): VNode {
  if (rollout === null) {
    return html`<${Card} title="Rollout"><${Empty}>No version has come to several hosts yet.<//><//>`;
  }
  const { id, version, sha256, phase, gone, settled, decidedBy, reasons } = rollout;
  return html`<${Card} title=${`Rollout ${id}`} aside=${html`<${State} tone=${PHASES[phase]} word=${phase} />`}>
    <p class="version" title=${shown(version)}><a href=${addressOf('versions', version)}><bdi>${shown(version)}</bdi></a></p>
    <p class="quiet-text">its file: <code title=${`SHA-256 ${shown(sha256)}`}>${shown(sha256.slice(0, SHORT_HASH))}…</code>; ${grouped(gone)} told to go, ${grouped(settled)} past probation${
      decidedBy === ''
        ? ''
        : html`; decided by <bdi>${decidedBy === 'vili' ? 'Vili' : shown(decidedBy)}</bdi>`
    }</p>
    <${Waves} rollout=${rollout} />
    ${reasons.length > 0 && html`<ul class="needs">${reasons.map((text) => html`<li><bdi>${shown(text)}</bdi></li>`)}</ul>`}
    <${Verdict} verdict=${verdict} />
  <//>`;
}

// Private

const PHASES: Readonly<Record<Rollout['phase'], Tone>> = {
  collecting: 'info',
  waves: 'info',
  done: 'good',
  rejected: 'bad',
  stopped: 'bad',
};

/** How many hosts go at once, one wave after the other, and which one is open. */
function Waves({ rollout: { waves, wave, phase } }: { rollout: Rollout }): VNode {
  const stateOf = (number: number): readonly [Tone, string] => {
    if (phase === 'done' || number < wave) return ['good', 'over'];
    if (number > wave) return ['quiet', 'to come'];
    return phase === 'waves' ? ['info', 'open'] : ['careful', 'stopped'];
  };
  return html`<ol class="waves" aria-label="Waves">${waves.map((text, at) => {
    const [tone, word] = stateOf(at + 1);
    return html`<li aria-current=${word === 'open' ? 'step' : undefined}><b>${sizeOf(text)}</b> <${State} tone=${tone} word=${word} /></li>`;
  })}</ol>`;
}

/** `1`, `25%`, `100%`: as many hosts, or a share of them. */
function sizeOf(wave: string): string {
  if (wave === '100%') return 'all hosts';
  if (wave.endsWith('%')) return `${shown(wave.slice(0, -1))} % of the hosts`;
  return wave === '1' ? '1 host' : `${shown(wave)} hosts`;
}

/** Of all hosts together; only the host that leads has it. */
function Verdict({ verdict }: { verdict: FleetReport['verdict'] }): VNode | null {
  if (verdict === null) return null;
  const { progress, pairs, reasons, missing, problems } = verdict;
  return html`<h3>All hosts together</h3>
    <div class="progress">
      <progress max="1" value=${progress} aria-label="Share of the evidence a promotion needs"></progress>
      <span class="num">${percentDone(progress)}</span>
      <span class="quiet-text">${grouped(pairs)} pairs</span>
    </div>
    ${
      reasons.length > 0 &&
      html`<ul class="needs">${reasons.map(
        ({ text, hosts }) =>
          html`<li><bdi>${sentence(text)}</bdi>${
            hosts.length === 0
              ? ''
              : html` <span class="quiet-text"><bdi>${shown(hosts.join(', '))}</bdi></span>`
          }</li>`,
      )}</ul>`
    }
    ${missing.length > 0 && html`<p class="needs-head">Still needed</p><ul class="needs">${missing.map((text) => html`<li><bdi>${shown(text)}</bdi></li>`)}</ul>`}
    ${problems.map((text) => html`<p class="trouble"><bdi>${sentence(text)}</bdi></p>`)}`;
}
