import type { Problem } from '../live/api.ts';
import { localTime, shown, utc } from '../text/show.ts';
import { type Child, html, type VNode } from '../vendor/preact.js';

export type Tone = 'good' | 'careful' | 'bad' | 'quiet' | 'info';

/** Colour never says anything alone. */
const SIGNS: Readonly<Record<Tone, string>> = {
  good: '✓',
  careful: '!',
  bad: '✕',
  quiet: '·',
  info: '→',
};

/** Text from outside, in its own direction, wherever it stands. */
export function Said({ text, title }: { text: string; title?: string }): VNode {
  return html`<bdi title=${title}>${shown(text)}</bdi>`;
}

export function State({ tone, word }: { tone: Tone; word: string }): VNode {
  return html`<span class="state ${tone}"
    ><span class="sign" aria-hidden="true">${SIGNS[tone]}</span>${shown(word)}</span
  >`;
}

/** A moment in the viewer's zone, with UTC at hand. */
export function Time({ at }: { at: string | null }): VNode {
  if (at === null) return html`<span class="quiet-text">unknown</span>`;
  return html`<time datetime=${at} title=${utc(at)}>${localTime(at)}</time>`;
}

export function Card({
  title,
  children,
  aside,
  wide,
}: {
  title: string;
  children?: Child;
  aside?: Child;
  wide?: boolean;
}): VNode {
  return html`<section class=${wide ? 'card wide' : 'card'}>
    <div class="card-head"><h2>${title}</h2>${aside}</div>
    ${children}
  </section>`;
}

export function Empty({ children }: { children?: Child }): VNode {
  return html`<p class="empty">${children}</p>`;
}

/** What stands in place of data: that it is on its way, that one may not see it, or what went wrong. */
export function Instead({ problem, what }: { problem: Problem | null; what: string }): VNode {
  if (problem === null) return html`<p class="empty loading">Loading ${what}…</p>`;
  if (problem.isDenied) return html`<${NoPermission} what=${what} />`;
  if (problem.isGone) return html`<p class="empty">No ${what} while Vili does not respond.</p>`;
  return html`<p class="empty"><${State} tone="careful" word=${problem.message} /></p>`;
}

export function NoPermission({ what }: { what: string }): VNode {
  return html`<p class="empty">
    <span class="lock" aria-hidden="true">⚿</span> No permission to see ${what}: this needs the token
    of <code>admin.token</code>, or <code>vili dashboard</code> on the host.
  </p>`;
}
