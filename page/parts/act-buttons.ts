import { html, useState, type VNode } from '../vendor/preact.js';
import type { Act } from './acts.ts';
import { ActDialog } from './act-dialog.ts';

/** A button for each act, which asks before anything happens. */
export function ActButtons({ acts, canAct }: { acts: readonly Act[]; canAct: boolean }): VNode {
  const [asked, ask] = useState<Act | null>(null);
  const why = canAct
    ? undefined
    : 'No permission: acts need the token of admin.token, or vili dashboard';
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
