import type { ServletView } from '../../lib/operator/views/status-view.ts';
import { age, shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';
import { State, Time, type Tone } from './basic.ts';

const TONES: Readonly<Record<ServletView['state'], Tone>> = {
  ready: 'good',
  starting: 'careful',
  draining: 'careful',
  unhealthy: 'bad',
  backoff: 'bad',
  stopped: 'quiet',
};

export function servletTone(state: ServletView['state']): Tone {
  return TONES[state];
}

/** One version and its process. */
export function Servlet({
  role,
  meaning,
  servlet,
}: {
  role: string;
  meaning: string;
  servlet: ServletView | null;
}): VNode {
  if (servlet === null) {
    return html`<section class="card servlet"><div class="card-head"><h2 title=${meaning}>${role}</h2></div>
      <p class="empty">none</p></section>`;
  }
  const { version, state, pid, port, instance, restarts, startedAt, problem, nextTryAt } = servlet;
  const startedMs = startedAt === null ? Number.NaN : Date.parse(startedAt);
  const up = Number.isNaN(startedMs) ? '–' : age(Date.now() - startedMs);
  return html`<section class="card servlet">
    <div class="card-head"><h2 title=${meaning}>${role}</h2><${State} tone=${servletTone(state)} word=${state} /></div>
    <p class="version" title=${shown(version)}><bdi>${shown(version)}</bdi></p>
    <dl>
      <div><dt>up</dt><dd title=${startedAt === null ? '' : `since ${startedAt}`}>${up}</dd></div>
      <div><dt>pid</dt><dd>${pid ?? '–'}</dd></div>
      <div><dt>port</dt><dd>${port ?? '–'}</dd></div>
      <div><dt title="the folder of this process in the version's own">instance</dt><dd>${shown(instance) || '–'}</dd></div>
      <div><dt title="starts after the first one">restarts</dt><dd>${restarts}</dd></div>
    </dl>
    ${
      problem === null || state === 'ready'
        ? null
        : html`<p class="trouble"><bdi>${shown(problem)}</bdi>${
            nextTryAt === null ? null : html` Next try <${Time} at=${nextTryAt} />.`
          }</p>`
    }
  </section>`;
}
