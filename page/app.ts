import { followDaemon } from './live/follow.ts';
import { enterByLink } from './live/session.ts';
import { update } from './live/store.ts';
import { applyTheme } from './parts/theme.ts';
import { Shell } from './shell.ts';
import { html, render } from './vendor/preact.js';

applyTheme();
const problem = await enterByLink();
if (problem !== null) update({ access: 'none', refusal: problem, takesToken: false });
followDaemon();
const place = document.querySelector('#app');
if (place !== null) {
  place.replaceChildren();
  render(html`<${Shell} />`, place);
}
