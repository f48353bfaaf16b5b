import { useLive } from '../live/store.ts';
import { age, localTime, shown } from '../text/show.ts';
import { html, useEffect, useState, type VNode } from '../vendor/preact.js';
import { State } from './basic.ts';

/** While nobody responds: since when. What is shown below is what was known then. */
export function Gone(): VNode | null {
  const gone = useLive((live) => live.gone);
  const [, tick] = useState(0);
  useEffect(() => {
    if (gone === null) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, [gone === null]);
  if (gone === null) return html`<div role="alert"></div>`;
  const since = localTime(new Date(gone.sinceMs).toISOString());
  return html`<div role="alert" class="gone">
    <${State} tone="bad" word=${`${shown(gone.text)} since ${since}`} />
    <span aria-hidden="true" class="quiet-text">
      ${age(Date.now() - gone.sinceMs)}; what you see is from then. This page comes back by itself.</span>
  </div>`;
}
