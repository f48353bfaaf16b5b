import { html, useState, type VNode } from '../vendor/preact.js';

const KEY = 'vili.theme';
const THEMES = ['system', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

/** As it was chosen last, else as the system wishes. */
export function applyTheme(): Theme {
  const theme = THEMES.find((one) => one === localStorage.getItem(KEY)) ?? 'system';
  document.documentElement.dataset['theme'] = theme;
  return theme;
}

export function ThemeSwitch(): VNode {
  const [theme, setTheme] = useState(applyTheme);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  const change = (): void => {
    localStorage.setItem(KEY, next);
    setTheme(applyTheme());
  };
  const sign = theme === 'system' ? '◐' : theme === 'light' ? '☀' : '☾';
  return html`<button
    type="button" class="plain" onClick=${change}
    aria-label=${`Theme: ${theme}. Change to ${next}`} title=${`Theme: ${theme}. Click for ${next}`}
  ><span aria-hidden="true">${sign}</span></button>`;
}
