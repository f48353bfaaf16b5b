import { html, useState, type VNode } from '../vendor/preact.js';
import type { Act } from './acts.ts';
import { ActDialog } from './act-dialog.ts';

const NO_PERMISSION = 'No permission: acts need the token of admin.token, or vili dashboard';

/** A button for each act, which asks before anything happens. `why`: what keeps people from acting, in place of a permission. */
export function ActButtons({
  acts,
  canAct,
  why: reason = NO_PERMISSION,
}: {
  acts: readonly Act[];
  canAct: boolean;
  why?: string | undefined;
}): VNode {
  const [asked, ask] = useState<Act | null>(null);
  const why = canAct ? undefined : reason;
  return html`<div class="buttons acts">
    ${acts.map(
      (act) => html`<button
        type="button" data-act=${act.kind} class=${act.isGrave ? 'grave' : ''} disabled=${!canAct}
        title=${why ?? act.effect} onClick=${() => ask(act)}
      >${act.label}</button>`,
    )}
    ${asked === null ? null : html`<${ActDialog} act=${asked} onClose=${() => ask(null)} />`}
  </div>`;
}
