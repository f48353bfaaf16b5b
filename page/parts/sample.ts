import { curlText, incompleteness } from '../../lib/cli/text/curl.ts';
import type { Sample } from '../../lib/compare/sample/sample.ts';
import { milliseconds } from '../../lib/text/times.ts';
import { useLive } from '../live/store.ts';
import { useData } from '../live/use-data.ts';
import { shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';
import { Card, Instead, State, Time } from './basic.ts';
import { notify } from './notice.ts';
import { Replay } from './replay.ts';
import { BodyLines, HeaderLines } from './side-by-side.ts';

/** One pair: the request, both responses side by side, and what both logged. */
export function SampleCard({ id, version }: { id: string; version: string }): VNode {
  const query = version === '' ? { sample: id } : { sample: id, version };
  const { value: sample, problem } = useData<Sample>('/v1/differences', query);
  if (sample === undefined) {
    return html`<${Card} title=${`Sample ${shown(id)}`} wide><${Instead} problem=${problem} what="sample" /><//>`;
  }
  const { request, running, testing, at, requestId, differences, logs } = sample;
  const title = `${shown(request.method)} ${shown(request.path)}`;
  return html`<${Card} title=${title} aside=${html`<span class="quiet-text">sample ${shown(id)}, sent <${Time} at=${at} /></span>`} wide>
    <p class="quiet-text">${shown(sample.endpoint)}, request id <code><bdi>${shown(requestId)}</bdi></code></p>
    <${SampleButtons} sample=${sample} version=${version} />
    ${
      differences.length > 0 &&
      html`<ul class="reasons">${differences.map(
        ({
          kind,
          path,
          running: ours,
          testing: theirs,
        }) => html`<li><span class="code">${shown(kind)}</span> <code><bdi>${shown(path)}</bdi></code>
        ${ours === undefined && theirs === undefined ? null : html` <bdi>${shown(ours ?? 'nothing')}</bdi> → <b><bdi>${shown(theirs ?? 'nothing')}</bdi></b>`}</li>`,
      )}</ul>`
    }
    <div class="sides">
      <div><h3>Running</h3><${Outcome} of=${running} /></div>
      <div><h3>Testing</h3><${Outcome} of=${testing} /></div>
    </div>
    <h3>Headers</h3><${HeaderLines} running=${running.headers} testing=${testing.headers} />
    <h3>Body</h3><${BodyLines} running=${running.body} testing=${testing.body} />
    ${logs && html`<h3>Logged around it</h3><div class="sides"><${Logged} of=${logs.running} /><${Logged} of=${logs.testing} /></div>`}
    <details><summary>The request</summary><${HeaderLines} running=${request.headers} testing=${request.headers} />
      ${request.body && html`<${BodyLines} running=${request.body} testing=${request.body} />`}</details>
  <//>`;
}

// Private

function Outcome({ of: { status, failure, ms, body } }: { of: Sample['running'] }): VNode {
  const isBad = failure !== null || status >= 500 || status === 0;
  const word = failure ?? (status === 0 ? 'no response' : String(status));
  return html`<p><${State} tone=${isBad ? 'bad' : status >= 400 ? 'careful' : 'good'} word=${word} />
    ${' '}in ${milliseconds(ms)}, <span class="quiet-text">${body?.bytes ?? 0} bytes${body?.cut ? ', not all kept' : ''}${body?.masked ? ', masked' : ''}</span></p>`;
}

function Logged({ of: { lines, more } }: { of: NonNullable<Sample['logs']>['running'] }): VNode {
  if (lines.length === 0) return html`<p class="empty">Nothing.</p>`;
  return html`<ul class="log-lines">${lines.map(
    ({ level, text }) =>
      html`<li><span class=${`level ${levelClass(level)}`}>${shown(level)}</span> <bdi>${shown(text)}</bdi></li>`,
  )}${more > 0 ? html`<li class="quiet-text">and ${more} more</li>` : null}</ul>`;
}

function levelClass(level: string): string {
  return /^(?:trace|debug|info|warn|error|fatal)$/.test(level) ? level : 'unknown';
}

function SampleButtons({ sample, version }: { sample: Sample; version: string }): VNode {
  const port = useLive((live) => live.status?.vili.port ?? 0);
  const scheme = useLive((live) => live.status?.vili.scheme ?? 'http');
  const why = incompleteness(sample);
  const copy = async (): Promise<void> => {
    const lines = curlText(sample, `${scheme}://${location.hostname}:${port}`);
    try {
      await navigator.clipboard.writeText(`${lines.join('\n')}\n`);
      notify(why === null ? 'Copied.' : `Copied. It is not what was sent: ${why}.`);
    } catch {
      notify('The browser does not let this page copy: it is not at localhost and has no TLS.');
    }
  };
  return html`<div class="buttons"><button type="button" onClick=${() => void copy()} title="for users' port: it goes to running">Copy as curl</button>
    <${Replay} id=${sample.id} version=${version} /></div>`;
}
