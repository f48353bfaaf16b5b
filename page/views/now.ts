import type { StatusView } from '../../lib/operator/views/status-view.ts';
import { useLive } from '../live/store.ts';
import { ActButtons } from '../parts/act-buttons.ts';
import { possibleActs } from '../parts/acts.ts';
import { Card, Empty, State } from '../parts/basic.ts';
import { EventLines } from '../parts/events.ts';
import { Servlet } from '../parts/servlets.ts';
import { Surroundings } from '../parts/surroundings.ts';
import { addressOf } from '../route.ts';
import { headlineOf, timeLeft } from '../text/headline.ts';
import { sentence, shown } from '../text/show.ts';
import { percentDone } from '../../lib/text/numbers.ts';
import { html, type VNode } from '../vendor/preact.js';

const MAX_EVENTS = 8;
const MAX_OTHERS = 3;

/** Who serves, who is tested, whether that one may go live, and what one can do. */
export function Now(): VNode {
  const status = useLive((live) => live.status);
  const history = useLive((live) => live.history);
  const canAct = useLive((live) => live.access === 'full' && live.gone === null);
  if (status === null)
    return html`<${Card} title="State" wide><p class="empty loading">Loading…</p><//>`;
  return html`<div class="views">
    <${Verdict} status=${status} />
    <${Card} title="What you can do" wide>
      <${ActButtons} acts=${possibleActs(status, history)} canAct=${canAct} />
    <//>
    <div class="three">
      <${Servlet} role="Running" meaning="what users get" servlet=${status.running} />
      <${Servlet} role="Testing" meaning="gets copies of the requests; its responses are compared and thrown away" servlet=${status.testing} />
      <${Servlet} role="Previous" meaning="what users had before, kept warm for a way back" servlet=${status.previous} />
    </div>
    <div class="two">
      <${Card} title="What happened"><${EventLines} entries=${history.slice(-MAX_EVENTS).toReversed()} />
        ${history.length === 0 ? html`<${Empty}>Nothing yet.<//>` : html`<a href=${addressOf('versions')}>Everything that came</a>`}
      <//>
      <${Surroundings} status=${status} />
    </div>
  </div>`;
}

// Private

/** The sentence that people leave the page open for; told to screen readers only when its word changes. */
function Verdict({ status }: { status: StatusView }): VNode {
  const { tone, word, text } = headlineOf(status);
  const { verdict, testing } = status;
  const left = timeLeft(status);
  const isOfTest = verdict !== null && testing !== null;
  return html`<section class=${`card verdict ${tone}`} aria-label="State">
    <p class="word" role="status"><${State} tone=${tone} word=${word} /></p>
    <p class="big"><bdi>${shown(text)}</bdi></p>
    ${
      isOfTest &&
      html`<div class="progress">
      <progress max="1" value=${verdict.progress} aria-label="Share of the evidence a promotion needs"></progress>
      <span class="num">${percentDone(verdict.progress)}</span>
      <span class="quiet-text">${left ?? ''}</span>
    </div>`
    }
    ${
      isOfTest &&
      verdict.missing.length > 0 &&
      html`<p class="needs-head">Still needed</p>
      <ul class="needs">${verdict.missing.map((one) => html`<li><bdi>${shown(one)}</bdi></li>`)}</ul>`
    }
    ${isOfTest && html`<${Others} reasons=${verdict.reasons.slice(1)} />`}
    ${isOfTest && html`<a href=${addressOf('why')}>Why?</a>`}
  </section>`;
}

/** The first reason is in the sentence; all of them are in Why. */
function Others({
  reasons,
}: {
  reasons: NonNullable<StatusView['verdict']>['reasons'];
}): VNode | null {
  if (reasons.length === 0) return null;
  const more = reasons.length - MAX_OTHERS;
  return html`<ul class="needs">
    ${reasons.slice(0, MAX_OTHERS).map(({ text }) => html`<li><bdi>${sentence(text)}</bdi></li>`)}
    ${more > 0 ? html`<li>and ${more} more</li>` : null}
  </ul>`;
}
