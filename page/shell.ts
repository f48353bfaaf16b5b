import type { StatusView } from '../lib/operator/views/status-view.ts';
import { useLive } from './live/store.ts';
import { Gone } from './parts/gone.ts';
import { Header } from './parts/header.ts';
import { LateView } from './parts/late-view.ts';
import { Notices } from './parts/notice.ts';
import { TokenForm } from './parts/token-form.ts';
import { addressOf, useRoute } from './route.ts';
import { shown } from './text/show.ts';
import { html, useEffect, useErrorBoundary, useRef, type VNode } from './vendor/preact.js';
import { viewNamed, VIEWS } from './views.ts';

/** The frame of every view: who serves and is tested, the way to the other views, and the view of the address. */
export function Shell(): VNode {
  const route = useRoute();
  const access = useLive((live) => live.access);
  const refusal = useLive((live) => live.refusal);
  const takesToken = useLive((live) => live.takesToken);
  const service = useLive((live) => live.status?.vili.identifier ?? '');
  const main = useRef<HTMLElement | null>(null);
  const isFirst = useRef(true);
  const view = viewNamed(route.view);
  const offered = useLive(({ status }) => offeredIn(status));
  useEffect(() => {
    document.title = [service, view.title, 'Vili'].filter((part) => part !== '').join(' · ');
  }, [service, view]);
  useEffect(() => {
    // On a phone not all of them are in sight.
    const showLink = (): void => {
      const link = document.querySelector('nav a[aria-current]');
      link?.scrollIntoView({ block: 'nearest', inline: 'center' });
    };
    showLink();
    addEventListener('resize', showLink);
    return () => removeEventListener('resize', showLink);
  }, [view, offered]);
  useEffect(() => {
    if (!isFirst.current) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [view]);
  return html`<a class="skip" href="#main" onClick=${(event: Event) => {
    event.preventDefault();
    main.current?.focus();
  }}>Skip to the view</a>
    <${Header} />
    <nav aria-label="Views">
      ${VIEWS.filter((one) => one === view || offered.split(' ').includes(one.name)).map(
        (one) => html`<a
          href=${addressOf(one.name)} aria-current=${one === view ? 'page' : undefined}
          title=${one.question}
        >${one.title}</a>`,
      )}
    </nav>
    <${Gone} />
    <main ref=${main} tabindex="-1" id="main" aria-label=${view.title}>
      <h1 class="unseen">${view.title}</h1>
      ${
        access === 'none'
          ? html`<section class="card door"><h2>No entry</h2><p>${shown(refusal)}</p>
            ${takesToken ? html`<${TokenForm} onDone=${() => {}} />` : null}</section>`
          : html`<${Guarded} key=${view.name}><${LateView} view=${view} route=${route} /><//>`
      }
    </main>
    <${Notices} />`;
}

// Private

/** Names of the views, one text so that the frame is drawn again only when it is another one. */
function offeredIn(status: StatusView | null): string {
  const offered = VIEWS.filter(({ isOffered }) => {
    return isOffered === undefined || (status !== null && isOffered(status));
  });
  return offered.map(({ name }) => name).join(' ');
}

/** A view that fails says so, and the others go on. */
function Guarded({ children }: { children?: VNode }): VNode | undefined {
  const [error, reset] = useErrorBoundary();
  if (error === undefined) return children;
  return html`<section class="card"><h2>This view failed</h2>
    <p>${shown(error instanceof Error ? error.message : 'unknown error')}</p>
    <button type="button" onClick=${reset}>Try again</button></section>`;
}
