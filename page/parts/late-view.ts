import type { Route } from '../route.ts';
import { html, useEffect, useState, type VNode } from '../vendor/preact.js';
import type { View, ViewOf } from '../views.ts';
import { Card, Empty } from './basic.ts';

/** By the name of the view. */
const loaded = new Map<string, ViewOf>();

/** A view whose modules come when it is first wanted: the first view is there sooner without them. */
export function LateView({ view, route }: { view: View; route: Route }): VNode {
  const [problem, fail] = useState('');
  const [, draw] = useState(0);
  const found = loaded.get(view.name);
  useEffect(() => {
    if (found !== undefined) return undefined;
    let isOver = false;
    loadView(view).then(
      () => isOver || draw((count) => count + 1),
      (error: unknown) => isOver || fail(String(error)),
    );
    return () => {
      isOver = true;
    };
  }, [view, found]);
  if (found !== undefined) return html`<${found} route=${route} />`;
  return html`<${Card} title=${view.title} wide>${
    problem === ''
      ? html`<p class="empty loading">Loading…</p>`
      : html`<${Empty}>The view could not be loaded: ${problem}<//>`
  }<//>`;
}

/** Loads it, where it is not there yet. Throws what keeps its modules from coming. */
export async function loadView(view: View): Promise<void> {
  if (!loaded.has(view.name)) loaded.set(view.name, await view.load());
}
