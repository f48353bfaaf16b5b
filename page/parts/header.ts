import type { ServletView } from '../../lib/operator/views/status-view.ts';
import { useLive } from '../live/store.ts';
import { numberOf, shown } from '../text/show.ts';
import { html, type VNode } from '../vendor/preact.js';
import { State } from './basic.ts';
import { servletTone } from './servlets.ts';
import { ThemeSwitch } from './theme.ts';
import { AccessButton } from './token-form.ts';

const NAMES = { running: 'running', testing: 'testing', previous: 'previous' } as const;

/** The service, and which version does what: seen above every view. */
export function Header(): VNode {
  const status = useLive((live) => live.status);
  const access = useLive((live) => live.access);
  const identifier = status?.vili.identifier ?? '';
  const roles = (['running', 'testing'] as const).flatMap((role) => {
    const servlet = status?.[role] ?? null;
    return servlet === null ? [] : [{ role, servlet }];
  });
  return html`<header>
    <a class="brand" href="#/now"><bdi>${identifier === '' ? 'Vili' : shown(identifier)}</bdi></a>
    <div class="roles">
      ${roles.map(({ role, servlet }) => html`<${Role} role=${role} servlet=${servlet} identifier=${identifier} />`)}
    </div>
    <div class="tools"><${AccessButton} access=${access} /><${ThemeSwitch} /></div>
  </header>`;
}

// Private

function Role({
  role,
  servlet,
  identifier,
}: {
  role: keyof typeof NAMES;
  servlet: ServletView;
  identifier: string;
}): VNode {
  return html`<span class="role">
    <span class="quiet-text">${NAMES[role]}</span>
    <b title=${shown(servlet.version)}><bdi>${numberOf(identifier, servlet.version)}</bdi></b>
    <${State} tone=${servletTone(servlet.state)} word=${servlet.state} />
  </span>`;
}
