import type { ActResult } from '../../lib/operator/api/handlers.ts';
import { post } from '../live/api.ts';
import { look } from '../live/follow.ts';
import { byOf, keepBy } from '../live/session.ts';
import { shown } from '../text/show.ts';
import { html, useEffect, useState, type VNode } from '../vendor/preact.js';
import type { Act } from './acts.ts';
import { State } from './basic.ts';
import { Dialog } from './dialog.ts';
import { notify } from './notice.ts';

const MAX_REASON = 500;
const MAX_NAME = 100;

/** What a dry run says: steps, or the line that is written. */
interface Plan extends Pick<ActResult, 'steps'> {
  readonly file?: string;
  readonly line?: number;
  readonly after?: string;
}

/** Asks before an act with its full effect, who acts and why; then acts and says what came of it. */
export function ActDialog({ act, onClose }: { act: Act; onClose: () => void }): VNode {
  const [by, setBy] = useState(byOf());
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const [isSent, setSent] = useState(false);
  const [plan, setPlan] = useState<Plan | null>(null);
  const path = `/v1/${act.route ?? act.kind}`;

  useEffect(() => {
    if (act.hasDryRun !== true) return;
    post<Plan>(path, { ...act.body, by: by || 'dashboard', dryRun: true }).then(
      setPlan,
      (error: unknown) => setProblem(String(error instanceof Error ? error.message : error)),
    );
  }, []);

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (by.trim() === '' || isSent) return;
    keepBy(by.trim());
    setSent(true);
    setProblem('');
    try {
      const why = reason.trim() === '' ? {} : { reason: reason.trim() };
      const result = await post<ActResult>(path, {
        ...act.body,
        ...why,
        by: by.trim(),
      });
      notify(result.effect);
      look();
      onClose();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setSent(false);
    }
  };

  return html`<${Dialog} title=${act.label} onClose=${onClose}>
    <form onSubmit=${send}>
      <p class="effect"><bdi>${shown(act.effect)}</bdi></p>
      ${
        plan?.steps === undefined
          ? null
          : html`<ol class="steps">
            ${plan.steps.map((step) => html`<li>${shown(step)}</li>`)}
          </ol>`
      }
      ${
        plan?.after === undefined
          ? null
          : html`<p>Line ${plan.line} of <code>${shown(plan.file ?? '')}</code> becomes:</p>
            <pre class="written">${shown(plan.after)}</pre>`
      }
      <label>Your name, for the history
        <input
          name="by" required maxlength=${MAX_NAME} autocomplete="username" placeholder="ann@laptop"
          value=${by} onInput=${(event: InputEvent) => setBy(valueOf(event))}
        />
      </label>
      <label>Reason, kept in the history
        <input
          name="reason" maxlength=${MAX_REASON} autocomplete="off" value=${reason}
          onInput=${(event: InputEvent) => setReason(valueOf(event))}
        />
      </label>
      <p class="form-problem" role="alert">
        ${problem === '' ? null : html`<${State} tone="bad" word=${problem} />`}
      </p>
      <div class="buttons">
        <button type="submit" class=${act.isGrave ? 'grave' : 'main'} disabled=${isSent}>${act.label}</button>
        <button type="button" onClick=${onClose}>Cancel</button>
      </div>
    </form>
  <//>`;
}

export function valueOf(event: Event): string {
  return (event.target as HTMLInputElement | HTMLSelectElement).value;
}
