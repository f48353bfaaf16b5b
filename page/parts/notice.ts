import { shown } from '../text/show.ts';
import { html, useEffect, useState, type VNode } from '../vendor/preact.js';

const SHOWN_MS = 8000;

let tell: (text: string) => void = () => {};

/** Says for a while what an act has done; screen readers say it too. */
export function notify(text: string): void {
  tell(text);
}

/** Where that is said. */
export function Notices(): VNode {
  const [text, setText] = useState('');
  useEffect(() => {
    tell = setText;
    if (text === '') return undefined;
    const timer = setTimeout(() => setText(''), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return html`<div class="notices" role="status" aria-live="polite">
    ${text === '' ? null : html`<p class="notice">${shown(text)}</p>`}
  </div>`;
}
