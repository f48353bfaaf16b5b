import { lookAgain } from '../live/follow.ts';
import { keepToken, tokenOf } from '../live/session.ts';
import { html, useState, type VNode } from '../vendor/preact.js';
import { valueOf } from './act-dialog.ts';
import { Dialog } from './dialog.ts';

/** Asks once for the token; it stays in this tab, and goes nowhere but into a header. */
export function TokenForm({ onDone }: { onDone: () => void }): VNode {
  const [token, setToken] = useState('');
  const send = (event: Event): void => {
    event.preventDefault();
    keepToken(token.trim());
    lookAgain();
    onDone();
  };
  return html`<form onSubmit=${send}>
    <label>The token of <code>admin.token</code>
      <input
        name="token" type="password" required autocomplete="off" value=${token}
        onInput=${(event: InputEvent) => setToken(valueOf(event))}
      />
    </label>
    <p class="hint">It is kept in this tab until you close it.</p>
    <div class="buttons"><button type="submit" class="main">Use it</button></div>
  </form>`;
}

/** Whether everything may be seen, and the way to it. */
export function AccessButton({ access }: { access: string }): VNode | null {
  const [isAsked, ask] = useState(false);
  if (access === 'full' && tokenOf() !== '') {
    const forget = (): void => {
      keepToken('');
      lookAgain();
    };
    return html`<button type="button" class="plain" onClick=${forget}>Forget token</button>`;
  }
  if (access !== 'open') return null;
  return html`<button type="button" class="plain" onClick=${() => ask(true)}>Read-only · token…</button>
    ${
      isAsked
        ? html`<${Dialog} title="See and do everything" onClose=${() => ask(false)}>
          <${TokenForm} onDone=${() => ask(false)} />
        <//>`
        : null
    }`;
}
